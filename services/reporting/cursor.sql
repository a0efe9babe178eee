-- The newest event that the reports of this area count.
SELECT sequence FROM reader_cursor WHERE area = :area;
