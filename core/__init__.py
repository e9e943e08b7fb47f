"""The few words every room shares: lifecycle tables, the journal envelope, ids, levels, CAP enums, the table reader."""
