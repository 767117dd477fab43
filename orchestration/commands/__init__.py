"""What each command does and how it speaks; nothing heavy is imported before a command needs it."""
