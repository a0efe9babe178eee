-- AppointmentCancelled.
UPDATE appointment INDEXED BY appointment_of_id SET state = 'CANCELLED' WHERE area = :area AND id = :id;
