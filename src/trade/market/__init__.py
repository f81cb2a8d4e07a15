"""The store: series, months, manifest, reading and writing, SQL, instruments and their calendars."""
