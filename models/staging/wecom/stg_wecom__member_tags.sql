with follows as (
    select
        *,
        tags is not null as has_names
    from {{ source('raw', 'wecom__contact_follows') }}
),

newest_follows as (
    {{ last_landed(
        'follows', ['external_userid', 'userid', 'snapshot_at', 'has_names'],
    ) | indent(4) }}
),

-- an answer without a time in its file's name counts as the oldest
answers as (
    select
        *,
        cast(snapshot_at as timestamp) as taken_at,
        row_number() over (
            partition by external_userid, userid
            order by snapshot_at nulls first, load_seq, line
        ) as answer_number
    from newest_follows
),

-- externalcontact/get lists tags with their names, batch/get_by_user the ids of those that have one
tag_objects as (
    select
        external_userid,
        userid,
        answer_number,
        {{ unnest_list(json_list('tags')) }} as tag_object
    from answers
),

given as (
    select
        external_userid,
        userid,
        answer_number,
        {{ json_text('tag_object', 'tag_id') }} as tag_id,
        {{ json_text('tag_object', 'tag_name') }} as tag_name,
        {{ json_text('tag_object', 'type') }} as tag_type
    from tag_objects

    union all

    select
        external_userid,
        userid,
        answer_number,
        {{ unnest_list(json_list('tag_ids')) }} as tag_id,
        null as tag_name,
        null as tag_type
    from answers
),

names as (
    select
        tag_id,
        max(tag_name) as tag_name,
        max(tag_type) as tag_type
    from given
    where tag_id is not null
    group by tag_id
),

named as (
    select
        given.external_userid,
        given.userid,
        given.answer_number,
        given.tag_id is not null as has_id,
        coalesce(given.tag_name, names.tag_name, given.tag_id) as tag,
        coalesce(given.tag_type, names.tag_type) as tag_type
    from given
    left join names on given.tag_id = names.tag_id
),

spells as (
    select
        external_userid,
        userid,
        tag,
        has_id,
        max(tag_type) as tag_type,
        min(answer_number) as first_number,
        max(answer_number) as last_number
    from named
    group by external_userid, userid, tag, has_id
),

-- an answer of ids alone says nothing of a tag without one
dated as (
    select
        spells.external_userid,
        spells.userid,
        spells.tag,
        spells.tag_type,
        spells.last_number,
        case
            when min(answers.answer_number) < spells.first_number
                then max(
                    case when answers.answer_number = spells.first_number then answers.taken_at end
                )
        end as tagged_at,
        max(answers.answer_number) > spells.last_number as is_removed,
        min(case when answers.answer_number > spells.last_number then answers.taken_at end)
            as removed_at
    from spells
    inner join answers
        on
            spells.external_userid = answers.external_userid
            and spells.userid = answers.userid
            and (spells.has_id or answers.has_names)
    group by
        spells.external_userid,
        spells.userid,
        spells.tag,
        spells.tag_type,
        spells.first_number,
        spells.last_number
),

-- a member has a tag for as long as any of the staff gives it
of_members as (
    select
        dated.external_userid,
        dated.tag,
        min(case when dated.tag_type = '3' then 'auto' when dated.tag_type <> '3' then 'manual' end)
            over tag_window as tag_source,
        case
            when count(dated.tagged_at) over tag_window = count(*) over tag_window
                then min(dated.tagged_at) over tag_window
        end as tagged_at,
        case
            when count(dated.removed_at) over tag_window = count(*) over tag_window
                then max(dated.removed_at) over tag_window
        end as removed_at,
        answers.system,
        answers.load_seq,
        answers.line,
        answers.landed_at,
        row_number() over (
            partition by dated.external_userid, dated.tag
            order by answers.load_seq desc, answers.line desc, dated.userid
        ) as tag_rank
    from dated
    inner join answers
        on
            dated.external_userid = answers.external_userid
            and dated.userid = answers.userid
            and dated.last_number = answers.answer_number
    where not dated.is_removed or dated.removed_at is not null
    window tag_window as (partition by dated.external_userid, dated.tag)
),

final as (
    select
        external_userid as member_id,
        tag,
        tag_source,
        tagged_at,
        removed_at,
        system,
        load_seq,
        line,
        landed_at
    from of_members
    where tag_rank = 1
)

select * from final
