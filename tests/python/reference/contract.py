"""The canonical export's columns, types and keys (the contract, transcribed).

A `!` marks a column that no row may miss. `key` and `dedupe` are one thing for landing: the columns whose
typed values say that two rows are the same; the last landed wins.
"""

from __future__ import annotations

from dataclasses import dataclass

SYSTEM = "canonical"

_KINDS = "text,image,voice,video,file,link,mini_program,red_packet,vote,check_in,emotion,system,other"
_TOUCHES = "group_content,mass_message,moment,private_chat,live,article,ad,other"

_ENTITIES: dict[str, tuple[str, str]] = {
    "groups": (
        "group_id",
        "group_id:id! group_name:text platform:text group_type:enum(conversion,content,service,other)"
        " is_flash:bool"
        " stage:enum(launch,growth,mature) owner_staff_id:id created_at:timestamp dissolved_at:timestamp",
    ),
    "members": (
        "member_id",
        "member_id:id! display_name:text member_type:enum(customer,staff,bot,shill) unionid:id phone:text"
        " gender:enum(male,female,unknown) city:text birthday:date first_seen_at:timestamp",
    ),
    "identities": ("id_type id_value", "id_type:text! id_value:id! member_id:id!"),
    "staff": ("staff_id", "staff_id:id! staff_name:text department:text role:text member_id:id"),
    "contact_events": (
        "staff_id member_id event_type occurred_at",
        "staff_id:id! member_id:id! event_type:enum(add,staff_delete,customer_delete)! occurred_at:timestamp!"
        " add_way:text channel_id:id",
    ),
    "membership_events": (
        "group_id member_id event_type occurred_at",
        "group_id:id! member_id:id! event_type:enum(join,leave)! occurred_at:timestamp! scene:text"
        " channel_id:id"
        " script_id:id inviter_id:id leave_reason:text",
    ),
    "messages": (
        "message_id",
        "message_id:id! group_id:id sender_id:id! receiver_id:id sent_at:timestamp!"
        f" message_type:enum({_KINDS})! content:text reply_to_id:id recalled_at:timestamp",
    ),
    "message_actions": (
        "message_id actor_id action occurred_at",
        "message_id:id group_id:id actor_id:id!"
        " action:enum(like,forward,vote,check_in,red_packet_open,click)!"
        " occurred_at:timestamp!",
    ),
    "activities": (
        "activity_id",
        "activity_id:id! activity_name:text activity_type:text group_id:id started_at:timestamp!"
        " ended_at:timestamp cost_amount:money topic_keywords:text",
    ),
    "activity_participations": (
        "activity_id member_id participated_at action",
        "activity_id:id! member_id:id! group_id:id participated_at:timestamp! action:text",
    ),
    "channels": (
        "channel_id",
        "channel_id:id! channel_name:text channel_kind:text parent_channel_id:id is_paid:bool",
    ),
    "channel_spend": (
        "spend_date channel_id campaign_id cost_kind",
        "spend_date:date! channel_id:id! campaign_id:id"
        " cost_kind:enum(ad,red_packet,labor,commission,prize,other)"
        " cost_amount:money! impressions:int clicks:int invited:int",
    ),
    "products": (
        "product_id",
        "product_id:id! product_name:text category:text product_role:enum(traffic,volume,star,profit)"
        " unit_cost:money list_price:money repurchase_cycle_days:int",
    ),
    "orders": (
        "order_id",
        "order_id:id! shop_id:id member_id:id ordered_at:timestamp! paid_at:timestamp"
        " order_status:enum(created,paid,shipped,completed,closed)! goods_amount:money discount_amount:money"
        " freight_amount:money paid_amount:money! group_id:id channel_id:id activity_id:id live_id:id"
        " sharer_id:id"
        " staff_id:id",
    ),
    "order_items": (
        "order_id line_number",
        "order_id:id! line_number:int! product_id:id! quantity:int! line_amount:money! unit_cost:money",
    ),
    "refunds": (
        "refund_id",
        "refund_id:id! order_id:id! refunded_at:timestamp! refund_amount:money! reason:text",
    ),
    "touches": (
        "touch_id",
        "touch_id:id! batch_id:id member_id:id! group_id:id touched_at:timestamp!"
        f" touch_kind:enum({_TOUCHES})!"
        " channel_id:id touch_status:enum(unsent,sent,delivered,failed) clicked_at:timestamp",
    ),
    "page_views": (
        "viewed_at visitor_id page",
        "viewed_at:timestamp! visitor_id:id! page:text! member_id:id group_id:id channel_id:id",
    ),
    "feedback": (
        "feedback_id",
        "feedback_id:id! feedback_kind:enum(complaint,praise,survey,phone_visit)! opened_at:timestamp!"
        " member_id:id group_id:id staff_id:id score:int closed_at:timestamp",
    ),
    "member_tags": (
        "member_id tag tagged_at",
        "member_id:id! tag:text! tag_source:enum(auto,manual) tagged_at:timestamp removed_at:timestamp",
    ),
    "live_sessions": (
        "live_id",
        "live_id:id! live_name:text started_at:timestamp! ended_at:timestamp viewers:int comments:int"
        " gmv_amount:money",
    ),
    "content_posts": (
        "post_date post_id",
        "post_date:date! post_id:id! title:text reads:int readers:int shares:int favorites:int likes:int"
        " comments:int",
    ),
    "kpi_targets": (
        "scorecard period_type period_start scope_type scope_id metric_id",
        "scorecard:id! period_type:enum(day,week,month,quarter,year)! period_start:date!"
        " scope_type:enum(all,group,owner,department,group_type)! scope_id:text metric_id:id! target:number"
        " weight:number! direction:enum(up,down,band)! low:number high:number",
    ),
}


@dataclass(frozen=True)
class Column:
    """One column of an entity; `choices` is empty unless the type is an enum."""

    name: str
    type: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Entity:
    """One entity: its columns in the contract's order and the columns that identify a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _column(text: str) -> Column:
    name, _, kind = text.partition(":")
    required = kind.endswith("!")
    kind = kind.rstrip("!")
    if kind.startswith("enum("):
        return Column(name, "enum", required, tuple(kind[5:-1].split(",")))
    return Column(name, kind, required, ())


ENTITIES: dict[str, Entity] = {
    name: Entity(name, tuple(key.split()), tuple(_column(part) for part in columns.split()))
    for name, (key, columns) in _ENTITIES.items()
}

# R2: every column that holds a member id.
MEMBER_ID_COLUMNS = ("member_id", "sender_id", "receiver_id", "actor_id", "inviter_id", "sharer_id")

# R1: the events that set as_of_date, and the column that dates each.
R1_EVENTS = {
    "messages": "sent_at",
    "membership_events": "occurred_at",
    "orders": "paid_at",
    "activity_participations": "participated_at",
    "touches": "touched_at",
}
