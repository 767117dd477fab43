-- People are counted by adding and subtracting stretches: they must be disjoint and in order.
select *
from {{ ref('fct_presence') }}
where
    left_date < entered_date
    or next_entered_date <= left_date
    or (next_entered_date is not null and left_date is null)
