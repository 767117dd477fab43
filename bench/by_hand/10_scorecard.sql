-- Scores, profiles, sentences.

create temp macro text_0(figure) as format('{:,.0f}', round(figure::decimal(38, 9), 0)::double + 0.0);

create temp macro text_1(figure) as format('{:,.1f}', round(figure::decimal(38, 9), 1)::double + 0.0);

create temp macro text_2(figure) as format('{:,.2f}', round(figure::decimal(38, 9), 2)::double + 0.0);

create temp macro short_text(figure) as
case when round(figure, 1) = round(figure, 0) then text_0(figure) else text_1(figure) end;

create temp macro fill_in(template, figure, written) as
replace(template, '{' || figure || '}', coalesce(written, ''));

create temp macro attainment(direction, actual, target, low, high) as
case direction
    when 'up' then actual / nullif(target, 0)
    when 'down' then case when actual = 0 and target is not null then 1.2 else target / nullif(actual, 0) end
    when 'band' then case
        when actual between low and high then 1
        when low < high then 1 - greatest(low - actual, actual - high) / (high - low)
    end
end;

create temp macro score(direction, attainment_rate) as
case
    when attainment_rate is null then null
    when direction = 'band' then 100 * greatest(0, least(1, attainment_rate))
    else 100 * greatest(0, least(1.2, attainment_rate))
end;

create table marts.mart_kpi_scorecard as
with
targets as (
    select
        scorecard,
        period_type,
        period_start::date as period_start,
        scope_type,
        case when scope_type = 'all' then 'all' else scope_id end as scope_id,
        metric_id,
        target::double as target,
        weight::double as weight,
        direction,
        low::double as low,
        high::double as high
    from target_row
    qualify row_number() over (
        partition by
            scorecard, period_type, period_start, scope_type, case when scope_type = 'all' then 'all' else scope_id end,
            metric_id
        order by load_seq desc, line desc
    ) = 1
),
met as (
    select
        targets.*,
        numbers.value as actual,
        attainment(targets.direction, numbers.value, targets.target, targets.low, targets.high) as attainment_rate,
        score(targets.direction, attainment_rate) as score
    from targets
    left join period on targets.period_type = period.period_type and targets.period_start = period.period_start
    left join scope on targets.scope_type = scope.scope_type and targets.scope_id = scope.scope_id
    left join kpi_number as numbers
        on period.period = numbers.period and scope.scope = numbers.scope and targets.metric_id = numbers.metric_id
)
select
    scorecard, period_type, period_start, scope_type, scope_id, metric_id, actual, target, weight, direction,
    attainment_rate::double as attainment_rate,
    score::double as score,
    (sum(weight * score) over card) / nullif(sum(weight) filter (where score is not null) over card, 0) as card_score,
    coalesce(sum(weight) filter (where score is null) over card, 0) as missing_weight,
    low,
    high
from met
window card as (partition by scorecard, period_type, period_start, scope_type, scope_id);

create table marts.mart_stage_scorecard as
with
met as (
    select
        period.period_start,
        groups.group_id,
        metrics.metric_id,
        period.is_partial,
        metrics.* exclude (metric_id),
        definitions.family,
        numbers.value as actual,
        attainment(metrics.direction, numbers.value, metrics.target, metrics.low, metrics.high) as attainment_rate,
        score(metrics.direction, attainment_rate) as score
    from community_group as groups
    inner join landed.seeds.stage_scorecards as metrics on groups.stage = metrics.stage
    inner join landed.seeds.metric_definitions as definitions on metrics.metric_id = definitions.metric_id
    inner join period
        on period.period_type = 'month'
        and groups.exists_from <= period.effective_end
        and coalesce(groups.dissolved_date, '9999-12-31') >= period.period_start
    inner join group_scope on groups.grp = group_scope.grp and group_scope.scope_type = 'group'
    left join kpi_number as numbers
        on period.period = numbers.period
        and group_scope.scope = numbers.scope
        and metrics.metric_id = numbers.metric_id
)
select
    period_start, group_id, metric_id, is_partial, stage, family, actual, target, weight, direction,
    attainment_rate::double as attainment_rate,
    score::double as score,
    (sum(weight * score) over card)::double
    / nullif((sum(weight) filter (where score is not null) over card)::double, 0) as card_score,
    coalesce(sum(weight) filter (where score is null) over card, 0) as missing_weight,
    low,
    high
from met
window card as (partition by period_start, group_id);

create table marts.mart_group_health as
with
loyal as (
    select person.person
    from marts.mart_rfm as buyers
    inner join person on buyers.member_id = person.member_id
    where buyers.value_tier = 'high_value_loyal'
),
members as (
    select
        presence.scope,
        count(distinct presence.person) as members_present,
        count(distinct loyal.person) filter (
            where presence.left_date is null or presence.left_date > getvariable('as_of')
        ) as high_value_members
    from presence
    left join loyal on presence.person = loyal.person
    where
        presence.entered_date <= getvariable('as_of')
        and (presence.left_date is null or presence.left_date >= getvariable('as_of') - 27)
    group by presence.scope
),
leavers as (
    select grp, count(distinct person) as members
    from span
    where end_reason = 'leave' and end_date >= getvariable('as_of') - 27
    group by grp
),
speakers as (
    select grp, count(distinct person) as members, sum(messages) as messages
    from group_day
    where date >= getvariable('as_of') - 27
    group by grp
),
staff_posts as (
    select grp, count(*) filter (where not is_customer and kind <> 'system' and not is_recalled) as messages
    from group_message
    where sent_date >= getvariable('as_of') - 27
    group by grp
),
buyers as (
    select scope, count(distinct person) as members
    from buyer_day
    where date >= getvariable('as_of') - 27
    group by scope
),
measured as (
    select
        groups.group_id,
        groups.group_type,
        groups.dissolved_date is not null as is_dissolved,
        greatest(coalesce(groups.dissolved_date, getvariable('as_of')) - groups.exists_from, 0) as lifecycle_days,
        coalesce(today.zombie_groups, 0) > 0 as is_zombie,
        coalesce(today.members_end, 0) as members_end,
        coalesce(members.members_present, 0) as members_present,
        coalesce(buyers.members, 0) as buyers,
        coalesce(speakers.members, 0)::double / nullif(members.members_present, 0) as active_rate,
        coalesce(leavers.members, 0)::double / nullif(members.members_present, 0) as leave_rate,
        coalesce(buyers.members, 0)::double / nullif(members.members_present, 0) as member_conversion_rate,
        coalesce(members.high_value_members, 0)::double / nullif(today.members_end, 0) as high_value_share,
        staff_posts.messages::double
        / nullif((coalesce(speakers.messages, 0) + staff_posts.messages)::double, 0) as staff_message_share
    from community_group as groups
    inner join group_scope on groups.grp = group_scope.grp and group_scope.scope_type = 'group'
    left join (
        select kpi.scope, kpi.zombie_groups, kpi.members_end
        from kpi
        where kpi.period_type = 'day' and kpi.scope_type = 'group' and kpi.period_start = getvariable('as_of')
    ) as today on group_scope.scope = today.scope
    left join members on group_scope.scope = members.scope
    left join leavers on groups.grp = leavers.grp
    left join speakers on groups.grp = speakers.grp
    left join staff_posts on groups.grp = staff_posts.grp
    left join buyers on group_scope.scope = buyers.scope
    where groups.exists_from is not null
),
scored as (
    select
        components.group_id,
        sum(
            weights.weight * 100
            * greatest(0, least(1, (components.value - weights.worst) / (weights.best - weights.worst)))
        )::double / nullif(sum(weights.weight)::double, 0) as health_score
    from (
        unpivot measured
        on active_rate, leave_rate, member_conversion_rate, high_value_share, staff_message_share
        into name component value value
    ) as components
    inner join landed.seeds.group_health_weights as weights
        on components.component = weights.component
        and coalesce(components.group_type, 'other') = weights.group_type
    where not components.is_dissolved
    group by components.group_id
),
advised as (
    select measured.*, scored.health_score, rules.* exclude (is_zombie, buyers_below)
    from measured
    left join scored on measured.group_id = scored.group_id
    left join landed.seeds.group_recommendations as rules
        on not measured.is_dissolved
        and (rules.is_zombie is null or measured.is_zombie = rules.is_zombie)
        and (rules.buyers_below is null or measured.buyers < rules.buyers_below)
        and (rules.members_below is null or measured.members_end < rules.members_below)
        and (rules.score_below is null or scored.health_score < rules.score_below)
        and (rules.score_from is null or scored.health_score >= rules.score_from)
    qualify row_number() over (partition by measured.group_id order by rules.sort_order) = 1
),
reasons as (
    select
        *,
        [reason_en, reason_zh] as templates,
        list_transform(templates, lambda reason: fill_in(reason, 'date', getvariable('as_of')::varchar)) as dated,
        list_transform(dated, lambda reason: fill_in(reason, 'score', text_1(health_score))) as told_score,
        list_transform(told_score, lambda reason: fill_in(reason, 'members', text_0(members_end))) as told_members,
        list_transform(told_members, lambda reason: fill_in(reason, 'buyers', text_0(buyers))) as told_buyers,
        list_transform(told_buyers, lambda reason: fill_in(reason, 'score_below', short_text(score_below)))
            as told_below,
        list_transform(told_below, lambda reason: fill_in(reason, 'score_from', short_text(score_from))) as told_from,
        list_transform(told_from, lambda reason: fill_in(reason, 'members_below', text_0(members_below))) as told
    from advised
)
select
    group_id,
    group_type,
    health_score,
    lifecycle_days,
    is_zombie,
    active_rate,
    leave_rate,
    member_conversion_rate,
    high_value_share,
    recommendation,
    told[1] as recommendation_reason,
    told[2] as recommendation_reason_zh,
    staff_message_share,
    members_present,
    members_end,
    buyers
from reasons;

-- who is named in which landing: for profiles and for data quality
create temp table mention as
select entity, load_seq, person
from (
    select 'members' as entity, member_row.load_seq, alias.person
    from member_row
    inner join alias on member_row.member_id = alias.id
    union all
    select 'staff', staff_row.load_seq, alias.person
    from staff_row
    inner join alias on staff_row.member_id = alias.id
    union all
    select 'identities', identities.load_seq, alias.person
    from (
        select member_id, load_seq
        from landed.raw.canonical__identities
        qualify row_number() over (partition by id_type, id_value order by load_seq desc, line desc) = 1
    ) as identities
    inner join alias on identities.member_id = alias.id
    union all select 'contact_events', load_seq, person from contact_event group by all
    union all select 'membership_events', load_seq, person from membership_event group by all
    union all select 'membership_events', load_seq, inviter from membership_event where inviter is not null group by all
    union all select 'messages', load_seq, person from message group by all
    union all select 'messages', load_seq, receiver from message where receiver is not null group by all
    union all select 'message_actions', load_seq, person from action_row group by all
    union all select 'activity_participations', load_seq, person from participation_row group by all
    union all select 'orders', load_seq, person from order_row where person is not null group by all
    union all select 'orders', load_seq, sharer from order_row where sharer is not null group by all
    union all select 'touches', load_seq, person from touch group by all
    union all select 'page_views', load_seq, person from view_row where person is not null group by all
    union all select 'feedback', load_seq, person from feedback where person is not null group by all
    union all select 'member_tags', load_seq, person from tag_row group by all
)
group by all;

create table marts.mart_member_360 as
with
customers as (
    select mentioned.person, person.member_id
    from (select distinct person from mention) as mentioned
    inner join person on mentioned.person = person.person and person.is_customer
),
groups_now as (
    select presence.person, count(*) as groups_now
    from presence
    inner join scope on presence.scope = scope.scope and scope.scope_type = 'group'
    where presence.left_date is null or presence.left_date > getvariable('as_of')
    group by presence.person
),
said as (
    select
        person,
        max(sent_at) as last_active_at,
        count(*) filter (where sent_date > getvariable('as_of') - 28) as messages_28d
    from valid_message
    group by person
),
bought as (
    select person, sum(net_sales) as net_sales, count(*) as orders
    from sale
    where person is not null
    group by person
),
tagged as (
    select person, string_agg(tag, ', ' order by tag) as tags
    from (
        select distinct person, tag
        from (
            select *
            from tag_row
            where is_customer and (tagged_at is null or tagged_at < getvariable('counted_before'))
            qualify row_number() over (partition by person, tag, tagged_at order by load_seq desc, line desc) = 1
        )
        where removed_at is null or removed_at >= getvariable('counted_before')
    )
    group by person
),
risks as (
    select
        member_id,
        max(case risk_band when 'high' then 3 when 'medium' then 2 else 1 end) as risk
    from marts.mart_churn_risk
    group by member_id
)
select
    customers.member_id,
    first_span.channel_id as first_channel_id,
    coalesce(groups_now.groups_now, 0) as groups_now,
    first_span.started_at as first_joined_at,
    said.last_active_at,
    coalesce(said.messages_28d, 0) as messages_28d,
    coalesce(bought.net_sales, 0)::decimal(18, 2) as net_sales_total,
    coalesce(bought.orders, 0) as orders_total,
    buyers.segment as rfm_segment,
    types.user_type,
    ['low', 'medium', 'high'][risks.risk] as churn_risk_band,
    tagged.tags,
    (
        (member.phone_key is not null)::integer + coalesce(member.gender in ('male', 'female'), false)::integer
        + (member.city is not null)::integer + coalesce(member.has_birthday, false)::integer
        + (member.unionid is not null)::integer
    ) / 5.0::double as profile_completeness_rate
from customers
left join member on customers.person = member.person
left join first_span on customers.person = first_span.person
left join groups_now on customers.person = groups_now.person
left join said on customers.person = said.person
left join bought on customers.person = bought.person
left join tagged on customers.person = tagged.person
left join marts.mart_rfm as buyers on customers.member_id = buyers.member_id
left join marts.mart_user_type as types on customers.member_id = types.member_id
left join risks on customers.member_id = risks.member_id;

create table marts.mart_data_quality as
with
kept as (
    select entity, load_seq, count(*) as rows_kept
    from (
        select 'members' as entity, load_seq from member_row
        union all select 'staff', load_seq from staff_row
        union all
        (
            select 'identities', load_seq
            from landed.raw.canonical__identities
            qualify row_number() over (partition by id_type, id_value order by load_seq desc, line desc) = 1
        )
        union all select 'groups', load_seq from group_row
        union all select 'messages', load_seq from message
        union all select 'membership_events', load_seq from membership_event
        union all select 'activities', load_seq from activity_row
        union all select 'activity_participations', load_seq from participation_row
        union all select 'touches', load_seq from touch
        union all select 'orders', load_seq from order_row
        union all select 'order_items', load_seq from item_row
        union all select 'refunds', load_seq from refund_row
        union all select 'products', load_seq from product
        union all select 'message_actions', load_seq from action_row
        union all select 'page_views', load_seq from view_row
        union all select 'contact_events', load_seq from contact_event
        union all select 'feedback', load_seq from feedback
        union all select 'member_tags', load_seq from tag_row
        union all select 'channels', load_seq from channel
        union all select 'channel_spend', load_seq from spend
        union all select 'live_sessions', load_seq from live_session
        union all select 'content_posts', load_seq from content_post
        union all select 'kpi_targets', load_seq from target_row
    )
    group by all
),
mentioned as (
    select
        files.entity,
        files.landed_at::date as landed_date,
        count(distinct mention.person) as members,
        count(distinct mention.person) filter (where member.person is null) as unmatched
    from mention
    inner join landed.raw.files on mention.load_seq = files.load_seq and files.status = 'landed'
    left join member on mention.person = member.person
    group by all
)
select
    files.system,
    files.entity,
    files.landed_at::date as landed_date,
    count(*) as files,
    sum(files.accepted + files.rejected)::bigint as rows_read,
    sum(coalesce(kept.rows_kept, 0))::bigint as rows_accepted,
    sum(files.rejected)::bigint as rows_rejected,
    sum(files.accepted - coalesce(kept.rows_kept, 0))::bigint as rows_duplicate,
    sum(files.rows_late)::bigint as rows_late,
    string_agg(nullif(files.unknown_columns, ''), '; ' order by files.path) as unknown_columns,
    any_value(mentioned.unmatched::double / nullif(mentioned.members, 0)) as unmatched_member_rate
from landed.raw.files
left join kept on files.entity = kept.entity and files.load_seq = kept.load_seq
left join mentioned on files.entity = mentioned.entity and files.landed_at::date = mentioned.landed_date
where files.status = 'landed'
group by files.system, files.entity, files.landed_at::date;

create table marts.mart_alert_signal as
with
rules as (
    from landed.seeds.alert_rules
),
weeks as (
    select
        scope_type,
        scope_id,
        period_start,
        active_members,
        sum(active_members) over before as active_before,
        count(*) over before as weeks_before
    from kpi
    where period_type = 'week' and scope_type in ('all', 'group')
    window before as (
        partition by scope_type, scope_id order by period_start rows between 4 preceding and 1 preceding
    )
),
signals as (
    select
        rules.alert_kind, 'group' as scope_type, exits.group_id as scope_id, 1 as step_length,
        exits.date as signal_date, exits.leaves::double as value, exits.baseline_median as base,
        exits.leaves::double as badness, exits.leaves >= rules.critical_threshold as is_critical
    from marts.mart_exit_anomaly as exits
    inner join rules on rules.alert_kind = 'mass_exit'
    where exits.is_anomaly
    union all
    select
        rules.alert_kind, weeks.scope_type, weeks.scope_id, 7, weeks.period_start + 6, weeks.active_members,
        (weeks.active_before / 4.0)::double, -weeks.active_members::double / nullif(weeks.active_before::double, 0),
        4 * weeks.active_members < rules.critical_threshold * weeks.active_before
    from weeks
    inner join rules on rules.alert_kind = 'active_drop'
    left join community_group as groups on weeks.scope_id = groups.group_id
    where
        (weeks.scope_type = 'all' or coalesce(groups.dissolved_date, '9999-12-31') > weeks.period_start + 6)
        and weeks.weeks_before = 4
        and weeks.active_before >= 4 * rules.minimum
        and 4 * weeks.active_members < rules.threshold * weeks.active_before
    union all
    select
        rules.alert_kind, 'owner', service.staff_id, 7, service.period_start + 6, service.within_sla_rate,
        service.turns, -service.within_sla_rate, service.within_sla_rate < rules.critical_threshold
    from marts.mart_staff_service as service
    inner join rules on rules.alert_kind = 'sla_breach'
    where
        service.period_type = 'week'
        and service.turns >= rules.minimum
        and service.within_sla_rate < rules.threshold
    union all
    select
        rules.alert_kind, kpi.scope_type, kpi.scope_id, 1, kpi.period_start, kpi.members_end, null, 0, false
    from kpi
    inner join rules on rules.alert_kind = 'zombie_group'
    where kpi.period_type = 'day' and kpi.scope_type = 'group' and kpi.zombie_groups > 0
),
open_rejects as (
    select files.system, files.entity, files.landed_at::date as landed_date, count(*) as rows_open
    from landed.raw.rejected_rows as rejected
    inner join landed.raw.files as files on rejected.load_seq = files.load_seq and files.status = 'landed'
    where rejected.mended_by is null
    group by all
),
landings as (
    select
        *,
        system || '/' || entity as scope_id,
        row_number() over landed as landing_number,
        lead(landed_date) over landed as next_landed_date
    from marts.mart_data_quality
    left join open_rejects using (system, entity, landed_date)
    where getvariable('as_of') is not null
    window landed as (partition by system, entity order by landed_date)
)
select
    alert_kind,
    scope_type,
    scope_id,
    signal_date,
    case when signal_date + step_length <= getvariable('as_of') then signal_date + step_length end as next_date,
    signal_date - date '1970-01-05' as step_number,
    step_length,
    value,
    base,
    badness,
    is_critical
from signals
where signal_date <= getvariable('as_of')
union all
select
    rules.alert_kind, 'entity', landings.scope_id, landings.landed_date, landings.next_landed_date,
    landings.landing_number, 1, landings.rows_late, landings.rows_read, landings.rows_late, false
from landings
inner join rules on rules.alert_kind = 'data_late'
where landings.rows_late > 0
union all
select
    rules.alert_kind, 'entity', landings.scope_id, landings.landed_date, landings.next_landed_date,
    landings.landing_number, 1, landings.rows_open, landings.rows_read,
    landings.rows_open::double / nullif(landings.rows_read, 0),
    landings.rows_open >= rules.minimum and landings.rows_open > rules.critical_threshold * landings.rows_read
from landings
inner join rules on rules.alert_kind = 'quality_failed'
where landings.rows_open > 0;

create table marts.mart_alert as
with
rules as (
    from landed.seeds.alert_rules
),
runs as (
    select
        *,
        step_number - step_length * row_number() over (
            partition by alert_kind, scope_type, scope_id order by step_number
        ) as run_number
    from marts.mart_alert_signal
),
worst as (
    select
        runs.*,
        min(runs.signal_date) over run as occurred_on,
        max(runs.signal_date) over run as last_on,
        count(*) over run as steps,
        count(runs.next_date) over run as steps_followed,
        max(runs.next_date) over run as last_next_date,
        bool_or(runs.is_critical) over run as was_critical
    from runs
    window run as (partition by alert_kind, scope_type, scope_id, run_number)
    qualify row_number() over (
        partition by alert_kind, scope_type, scope_id, run_number order by badness desc, signal_date
    ) = 1
),
left_then as (
    select
        worst.scope_id,
        worst.signal_date,
        hour(span.ended_at) as hour,
        coalesce(names.label_en, span.scene) as scene_en,
        coalesce(names.label_zh, span.scene) as scene_zh
    from worst
    inner join group_number on worst.scope_id = group_number.group_id
    inner join span
        on group_number.grp = span.grp and worst.signal_date = span.end_date and span.end_reason = 'leave'
    left join landed.seeds.join_scenes as names on coalesce(span.scene, 'unknown') = names.scene
    where worst.alert_kind = 'mass_exit'
),
hours as (
    select scope_id, signal_date, hour, count(*) as leaves
    from left_then
    group by scope_id, signal_date, hour
    qualify row_number() over (partition by scope_id, signal_date order by count(*) desc, hour) = 1
),
scenes as (
    select
        scope_id,
        signal_date,
        string_agg(scene_en || ' (' || text_0(leaves) || ')', ', ' order by leaves desc, scene_en) as scenes_en,
        string_agg(scene_zh || '入群 ' || text_0(leaves) || ' 人次', '、' order by leaves desc, scene_en) as scenes_zh
    from (
        select scope_id, signal_date, scene_en, scene_zh, count(*) as leaves
        from left_then
        where scene_en is not null
        group by all
    )
    group by all
),
told as (
    select
        worst.*,
        rules.severity as usual_severity,
        rules.threshold,
        [rules.sentence_en, rules.sentence_zh] as sentences,
        case worst.scope_type
            when 'all' then ['all groups', '全部社群']
            when 'group' then [
                'group ' || coalesce(groups.group_name, worst.scope_id),
                '「' || coalesce(groups.group_name, worst.scope_id) || '」'
            ]
            else [coalesce(staff.staff_name, worst.scope_id), coalesce(staff.staff_name, worst.scope_id)]
        end as scope,
        hours.hour,
        hours.leaves as hour_leaves,
        [scenes.scenes_en, scenes.scenes_zh] as scenes,
        exits.touches_before
    from worst
    inner join rules on worst.alert_kind = rules.alert_kind
    left join community_group as groups on worst.scope_id = groups.group_id
    left join staff on case when worst.scope_type = 'owner' then worst.scope_id end = staff.staff_id
    left join hours
        on case when worst.alert_kind = 'mass_exit' then worst.scope_id end = hours.scope_id
        and worst.signal_date = hours.signal_date
    left join scenes
        on case when worst.alert_kind = 'mass_exit' then worst.scope_id end = scenes.scope_id
        and worst.signal_date = scenes.signal_date
    left join marts.mart_exit_anomaly as exits
        on case when worst.alert_kind = 'mass_exit' then worst.scope_id end = exits.group_id
        and worst.signal_date = exits.date
),
figures as (
    select
        *,
        map {
            'value': short_text(value),
            'percent': text_1(100 * value) || '%',
            'base': short_text(base),
            'share': case
                when value > 0 and value / nullif(base, 0) < 0.0005 then '<0.1%'
                else text_1(100 * (value / nullif(base, 0))) || '%'
            end,
            'threshold': text_1(100 * threshold) || '%',
            'date': signal_date::varchar,
            'week': (signal_date - 6)::varchar,
            'first': occurred_on::varchar,
            'last': last_on::varchar
        } as numbers,
        [
            map {
                'busiest': ', and the busiest hour was ' || lpad(hour::varchar, 2, '0') || ':00 to '
                    || lpad((hour + 1)::varchar, 2, '0') || ':00 (' || text_0(hour_leaves) || ')',
                'touches': text_0(touches_before) || case when touches_before = 1 then ' touch' else ' touches' end,
                'scenes': scenes[1],
                'run': case when steps > 1 then ' (the worst of ' || text_0(steps) || ' weeks in a row)' end,
                'scope': scope[1]
            },
            map {
                'busiest': '，' || hour::varchar || ' 点到 ' || (hour + 1)::varchar || ' 点最多（'
                    || text_0(hour_leaves) || ' 人次）',
                'touches': text_0(touches_before),
                'scenes': scenes[2],
                'run': case when steps > 1 then '（连续 ' || text_0(steps) || ' 周中最差的一周）' end,
                'scope': scope[2]
            }
        ] as words
    from told
),
messages as (
    select
        *,
        list_transform(sentences, lambda sentence, place: list_reduce(
            list_concat([{'name': '', 'written': sentence}], list_transform(
                list_concat(map_entries(numbers), map_entries(words[place])),
                lambda entry: {'name': entry.key, 'written': coalesce(entry.value, '')}
            )),
            lambda filled, figure: {
                'name': '', 'written': replace(filled.written, '{' || figure.name || '}', figure.written)
            }
        ).written) as message
    from figures
)
select
    alert_kind || '/' || scope_type || '/' || scope_id || '/' || occurred_on::varchar as alert_id,
    alert_kind,
    scope_type,
    scope_id,
    occurred_on,
    case when was_critical then 'critical' else usual_severity end as severity,
    message[1] as message,
    message[2] as message_zh,
    case when steps_followed = steps then 'closed' else 'open' end as status,
    case when steps_followed = steps then last_next_date end as closed_on,
    signal_date as worst_date,
    value as worst_value,
    base as worst_base,
    steps
from messages;

create table marts.mart_weekly_digest as
with told as (
    select
        numbers.*,
        lines.line_number,
        [lines.label_en, lines.label_zh] as label,
        case
            when numbers.scope_type = 'all' then ['all groups', '全部社群']
            when numbers.scope_id = 'unknown' then ['the groups without an owner', '无群主的社群']
            else [
                'the groups of ' || coalesce(staff.staff_name, numbers.scope_id),
                coalesce(staff.staff_name, numbers.scope_id) || '名下社群'
            ]
        end as scope,
        case
            when numbers.is_partial then 'running'
            when numbers.previous_change_rate is null then 'none'
            when round(100 * numbers.previous_change_rate, 1) > 0 then 'up'
            when round(100 * numbers.previous_change_rate, 1) < 0 then 'down'
            else 'level'
        end as comparison,
        case lines.unit
            when 'yuan' then '¥' || text_2(numbers.value)
            when 'rate' then text_1(100 * numbers.value) || '%'
            else short_text(numbers.value)
        end as figure,
        [figure, figure || coalesce(' ' || lines.measure_word_zh, '')] as figures
    from marts.mart_metric_value as numbers
    inner join landed.seeds.digest_lines as lines on numbers.metric_id = lines.metric_id
    left join staff on case when numbers.scope_type = 'owner' then numbers.scope_id end = staff.staff_id
    where numbers.period_type = 'week' and numbers.scope_type in ('all', 'owner')
),
filled as (
    select
        told.*,
        list_transform([sentences.sentence_en, sentences.sentence_zh], lambda sentence, place:
            fill_in(fill_in(fill_in(fill_in(fill_in(fill_in(
                sentence, 'label', label[place]), 'value', figures[place]),
                'change', text_1(100 * abs(told.previous_change_rate)) || '%'),
                'week', told.period_start::varchar), 'date', getvariable('as_of')::varchar),
                'scope', scope[place])
        ) as headline
    from told
    inner join landed.seeds.digest_sentences as sentences on told.comparison = sentences.comparison
)
select
    period_start as week_start,
    scope_type,
    scope_id,
    line_number,
    headline[1] as headline,
    headline[2] as headline_zh,
    metric_id,
    value,
    previous_change_rate as change_rate,
    is_partial
from filled;
