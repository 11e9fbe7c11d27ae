"""What blocks of one kind share: tables, arguments and what they refuse. Nothing here is a block."""
