-- no number of a person or a parcel is a term, nor a single character
select term
from {{ tested_new_rows('int_top_terms') }}
where
    length(term) < 2
    or {{ matches('term', '[0-9]{5}') }}
    or not {{ matches('term', '\\p{L}') }}
