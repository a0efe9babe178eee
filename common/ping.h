// Asks a running service over the bus whether it is ready: what health checks and `alongside status` are made of.
#pragma once

// Pings the service of that name at its own ALONGSIDE_BIND, with its own key. 0: it is ready; 1: not, and the reason is
// on standard error.
int ping_self(const char *service);
