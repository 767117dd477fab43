{{ united(
    'channels',
    key=['channel_id'],
    systems=[
        'canonical',
    ],
) }}
