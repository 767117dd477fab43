-- R20: rows read = accepted + rejected + superseded, and nobody is superseded who was not read.
select *
from {{ ref('fct_landing') }}
where
    rows_read <> rows_accepted + rows_rejected + rows_duplicate
    or rows_duplicate < 0
    or rows_open > rows_rejected
