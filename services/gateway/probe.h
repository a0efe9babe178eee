// Asks a running gateway over HTTP whether everything is ready: what health checks are made of.
#pragma once

// Asks at ALONGSIDE_HTTP. 0: it is ready; 1: not, and what is missing is on standard error.
int probe_ready(void);
