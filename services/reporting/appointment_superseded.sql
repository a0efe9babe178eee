-- AppointmentSuperseded.
UPDATE appointment INDEXED BY appointment_of_id SET state = 'SUPERSEDED' WHERE area = :area AND id = :id;
