with source as (
    select *
    from {{ source('raw', 'wecom__messages') }}
),

last_landed as (
    {{ last_landed('source', ['message_id']) | indent(4) }}
),

votes as (
    select * from last_landed
    where message_type = 'vote'
),

-- 101 opens a vote, 102 casts one
opened as (
    select
        vote_id,
        min(message_id) as message_id
    from votes
    where vote_type = '101'
    group by vote_id
),

final as (
    select
        opened.message_id,
        votes.group_id,
        votes.sender_id as actor_id,
        'vote' as action,
        cast(votes.sent_at as timestamp) as occurred_at,
        votes.system,
        votes.load_seq,
        votes.line,
        votes.landed_at
    from votes
    left join opened on votes.vote_id = opened.vote_id
    where votes.vote_type = '102'
)

select * from final
