{{ resolved_messages(ref('int_all_messages')) }}
