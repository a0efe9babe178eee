// What is in this process's memory stays there: names, narrative and keys lie in it in clear while they are worked on.
#pragma once

// From now on no crash leaves a core dump of this process, and no other process of the same user may look into its
// memory. (Root may: who has root on the machine has the keys as well.) Called by every program before it reads a key.
void secrecy_keep_memory(void);
