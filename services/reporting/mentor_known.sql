-- MentorRegistered and MentorChanged; a change does not end a pause.
INSERT INTO mentor (area, id, capacity, paused) VALUES (:area, :id, :capacity, 0)
ON CONFLICT (area, id) DO UPDATE SET capacity = excluded.capacity;
