-- DisposalOrdered: of the classes that are deleted before the person, offers alone have rows that bear a CRN.
DELETE FROM offer WHERE area = :area AND crn = :crn AND :class = 'OFFER_RECORD';
