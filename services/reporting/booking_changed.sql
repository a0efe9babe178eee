-- BookingChanged: an appointment has one booking at a time, and the newest counts.
INSERT OR REPLACE INTO booking (area, appointment_id, role, state) VALUES (:area, :id, :role, :state);
