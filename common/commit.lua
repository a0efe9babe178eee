#!lua name=alongside
