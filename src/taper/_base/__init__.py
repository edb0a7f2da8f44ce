"""What every floor stands on: records, exact numbers, text, tables, JSON, optional packages."""
