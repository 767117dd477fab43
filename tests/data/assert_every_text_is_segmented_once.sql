-- every distinct valid text has its terms, nothing else has, and all are of one dictionary
with texts as (
    select text_key from {{ ref('int_distinct_texts') }}
),

terms as (
    select
        text_key,
        dictionary_version
    from {{ ref('int_text_terms') }}
),

versions as (
    select count(distinct dictionary_version) as versions from terms
)

select
    texts.text_key as wanted,
    terms.text_key as found
from texts
full outer join terms on texts.text_key = terms.text_key
cross join versions
where texts.text_key is null or terms.text_key is null or versions.versions > 1
