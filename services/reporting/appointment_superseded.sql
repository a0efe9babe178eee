-- AppointmentSuperseded.
UPDATE appointment SET state = 'SUPERSEDED' WHERE area = :area AND id = :id;
