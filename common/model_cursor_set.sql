INSERT INTO reader_cursor (area, sequence) VALUES (?1, ?2) ON CONFLICT (area) DO UPDATE SET sequence = excluded.sequence;
