{%- set run = 'alert_kind, scope_type, scope_id, run_number' -%}
{%- set numbers = [
    'value', 'percent', 'base', 'share', 'threshold', 'date', 'week', 'first', 'last',
] -%}
{%- set words = ['busiest', 'touches', 'scenes', 'run', 'scope'] -%}
with signals as (
    select * from {{ ref('mart_alert_signal') }}
),

rules as (
    select * from {{ ref('alert_rules') }}
),

scene_names as (
    select * from {{ ref('join_scenes') }}
),

groups as (
    select * from {{ ref('dim_group') }}
),

staff as (
    select * from {{ ref('dim_staff') }}
),

leaves as (
    select * from {{ ref('fct_membership_span') }}
    where end_reason = 'leave' and end_precision <> 'snapshot'
),

exits as (
    select * from {{ ref('mart_exit_anomaly') }}
    where is_anomaly
),

-- consecutive steps keep their distance from their own number
numbered as (
    select
        *,
        step_number - step_length * row_number() over (
            partition by alert_kind, scope_type, scope_id
            order by step_number
        ) as run_number
    from signals
),

ranked as (
    select
        *,
        min(signal_date) over (partition by {{ run }}) as occurred_on,
        max(signal_date) over (partition by {{ run }}) as last_on,
        count(*) over (partition by {{ run }}) as steps,
        count(next_date) over (partition by {{ run }}) as steps_followed,
        max(next_date) over (partition by {{ run }}) as last_next_date,
        max(case when is_critical then 1 else 0 end) over (partition by {{ run }})
            as critical_steps,
        row_number() over (
            partition by {{ run }}
            order by badness desc, signal_date
        ) as badness_rank
    from numbered
),

alerts as (
    select
        ranked.alert_kind,
        ranked.scope_type,
        ranked.scope_id,
        ranked.signal_date,
        ranked.occurred_on,
        ranked.last_on,
        ranked.steps,
        ranked.value,
        ranked.base,
        case when ranked.steps_followed = ranked.steps then ranked.last_next_date end as closed_on,
        case when ranked.critical_steps > 0 then 'critical' else rules.severity end as severity,
        rules.threshold,
        rules.sentence_en,
        rules.sentence_zh
    from ranked
    inner join rules on ranked.alert_kind = rules.alert_kind
    where ranked.badness_rank = 1
),

left_then as (
    select
        alerts.scope_id as group_id,
        alerts.signal_date,
        case
            when leaves.end_precision = 'exact' then extract(hour from leaves.ended_at)
        end as hour,
        coalesce(scene_names.label_en, leaves.scene) as scene_en,
        coalesce(scene_names.label_zh, leaves.scene) as scene_zh
    from alerts
    inner join leaves
        on
            alerts.scope_id = leaves.group_id
            and alerts.signal_date = leaves.end_date
    left join scene_names on coalesce(leaves.scene, 'unknown') = scene_names.scene
    where alerts.alert_kind = 'mass_exit'
),

hours as (
    select
        group_id,
        signal_date,
        hour,
        count(*) as hour_leaves,
        row_number() over (
            partition by group_id, signal_date
            order by count(*) desc, hour
        ) as hour_rank
    from left_then
    where hour is not null
    group by group_id, signal_date, hour
),

scenes as (
    select
        group_id,
        signal_date,
        scene_en || ' (' || {{ format_number('count(*)') }} || ')' as text_en,
        scene_zh || '入群 ' || {{ format_number('count(*)') }} || ' 人次' as text_zh,
        row_number() over (
            partition by group_id, signal_date
            order by count(*) desc, scene_en
        ) as scene_rank
    from left_then
    group by group_id, signal_date, scene_en, scene_zh
),

scene_lists as (
    select
        group_id,
        signal_date,
        {{ join_text('text_en', ', ', 'scene_rank') }} as scenes_en,
        {{ join_text('text_zh', '、', 'scene_rank') }} as scenes_zh
    from scenes
    group by group_id, signal_date
),

told as (
    select
        alerts.*,
        case alerts.scope_type
            when 'all' then 'all groups'
            when 'group' then 'group ' || coalesce(groups.group_name, alerts.scope_id)
            else coalesce(staff.staff_name, alerts.scope_id)
        end as scope_en,
        case alerts.scope_type
            when 'all' then '全部社群'
            when 'group' then '「' || coalesce(groups.group_name, alerts.scope_id) || '」'
            else coalesce(staff.staff_name, alerts.scope_id)
        end as scope_zh,
        hours.hour,
        hours.hour_leaves,
        scene_lists.scenes_en,
        scene_lists.scenes_zh,
        exits.touches_before
    from alerts
    left join groups
        on alerts.scope_id = groups.group_id and alerts.scope_type = 'group'
    left join staff
        on alerts.scope_id = staff.staff_id and alerts.scope_type = 'owner'
    left join hours
        on
            alerts.scope_id = hours.group_id
            and alerts.signal_date = hours.signal_date
            and alerts.alert_kind = 'mass_exit'
            and hours.hour_rank = 1
    left join scene_lists
        on
            alerts.scope_id = scene_lists.group_id
            and alerts.signal_date = scene_lists.signal_date
            and alerts.alert_kind = 'mass_exit'
    left join exits
        on
            alerts.scope_id = exits.group_id
            and alerts.signal_date = exits.date
            and alerts.alert_kind = 'mass_exit'
),

-- the numbers as text
figured as (
    select
        *,
        {{ format_short('value') | indent(8) }} as value_text,
        {{ format_percent('value') }} as percent_text,
        {{ format_short('base') | indent(8) }} as base_text,
        case
            when value > 0 and {{ rate('value', 'base') }} < 0.0005 then '<0.1%'
            else {{ format_percent(rate('value', 'base')) }}
        end as share_text,
        {{ format_percent('threshold') }} as threshold_text,
        {{ format_number('touches_before') }} as touches_zh,
        {{ format_counted('touches_before', 'touch', 'touches') }} as touches_en,
        cast(signal_date as varchar) as date_text,
        cast({{ add_days('signal_date', -6) }} as varchar) as week_text,
        cast(occurred_on as varchar) as first_text,
        cast(last_on as varchar) as last_text,
        case
            when steps > 1
                then ' (the worst of ' || {{ format_number('steps') }} || ' weeks in a row)'
        end as run_en,
        case
            when steps > 1 then '（连续 ' || {{ format_number('steps') }} || ' 周中最差的一周）'
        end as run_zh,
        ', and the busiest hour was ' || lpad(cast(hour as varchar), 2, '0') || ':00 to '
        || lpad(cast(hour + 1 as varchar), 2, '0') || ':00 ('
        || {{ format_number('hour_leaves') }} || ')' as busiest_en,
        '，' || cast(hour as varchar) || ' 点到 ' || cast(hour + 1 as varchar) || ' 点最多（'
        || {{ format_number('hour_leaves') }} || ' 人次）' as busiest_zh
    from told
),

final as (
    select
        alert_kind || '/' || scope_type || '/' || scope_id || '/' || cast(occurred_on as varchar)
            as alert_id,
        alert_kind,
        scope_type,
        scope_id,
        occurred_on,
        severity,
        {% for language in ['en', 'zh'] -%}
        {% set figures = {} -%}
        {% for name in numbers %}{% do figures.update({name: name ~ '_text'}) %}{% endfor -%}
        {% for name in words %}{% do figures.update({name: name ~ '_' ~ language}) %}{% endfor -%}
        {{ fill_in('sentence_' ~ language, figures) | indent(8) }}
            as message{{ '_zh' if language == 'zh' }},
        {% endfor -%}
        case when closed_on is null then 'open' else 'closed' end as status,
        closed_on,
        signal_date as worst_date,
        value as worst_value,
        base as worst_base,
        cast(steps as bigint) as steps
    from figured
)

select * from final
