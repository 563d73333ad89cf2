"""What goes in and out as JSON, a module a context: shapes, and how a row becomes one. Numbers of people are masked."""
