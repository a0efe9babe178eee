SELECT sequence FROM reader_cursor WHERE area = ?1;
