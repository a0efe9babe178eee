-- AppointmentCancelled.
UPDATE appointment SET state = 'CANCELLED' WHERE area = :area AND id = :id;
