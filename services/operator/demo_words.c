// The words that the demonstration is made of.
#include "demo.h"

const char *const demo_given_names[] = {
    "Aaron",  "Adele",    "Amir",   "Angela", "Ashley", "Bashir", "Beth",   "Callum", "Carl",  "Chloe",
    "Connor", "Danielle", "Dean",   "Ebony",  "Ethan",  "Farah",  "Gary",   "Grace",  "Hamza", "Hannah",
    "Imran",  "Jade",     "Jamal",  "Jordan", "Karen",  "Keiran", "Kofi",   "Leah",   "Lewis", "Liam",
    "Maria",  "Martin",   "Mohsin", "Nadia",  "Nathan", "Olivia", "Owen",   "Paula",  "Rhys",  "Rosie",
    "Ryan",   "Samira",   "Shane",  "Stacey", "Terry",  "Tanya",  "Tyrone", "Zoe",    NULL};
const char *const demo_given_names_cy[] = {"Aled", "Bethan", "Carys", "Dafydd", "Eleri",  "Ffion",  "Gethin",
                                           "Huw",  "Ieuan",  "Lowri", "Megan",  "Rhodri", "Sioned", NULL};
const char *const demo_family_names[] = {
    "Ahmed",  "Allen",   "Baker",   "Begum",  "Bennett",  "Brown", "Carter", "Chowdhury", "Clarke", "Cooper",
    "Diaz",   "Dixon",   "Edwards", "Foster", "Gill",     "Green", "Hall",   "Harris",    "Hughes", "Hussain",
    "Iqbal",  "Jackson", "Kaur",    "Khan",   "Kowalski", "Lewis", "Mason",  "Mensah",    "Mills",  "Moore",
    "Nowak",  "Okafor",  "Palmer",  "Parker", "Patel",    "Reid",  "Shaw",   "Singh",     "Smith",  "Taylor",
    "Turner", "Walker",  "Ward",    "Wilson", "Wright",   NULL};
const char *const demo_family_names_cy[] = {"Davies", "Evans",  "Gruffydd",  "Jenkins", "Llywelyn", "Morgan",
                                            "Owen",   "Powell", "Pritchard", "Rees",    "Roberts",  NULL};
const char *const demo_experiences[] = {"alcohol",  "care",         "custody",       "debt",         "drugs",
                                        "gambling", "homelessness", "mental-health", "unemployment", NULL};
const char *const demo_meeting_places[] = {"harbour", "hillside", "market-town", "north-side", "town-centre", NULL};
const char *const demo_slots[] = {"mon-am",  "mon-pm", "mon-eve", "tue-am",  "tue-pm", "tue-eve", "wed-am", "wed-pm",
                                  "wed-eve", "thu-am", "thu-pm",  "thu-eve", "fri-am", "fri-pm",  "sat-am", NULL};
const char *const demo_rooms[] = {"the office in Mill Street", "the office at the Old Exchange", "the community centre",
                                  "the library, first floor", NULL};
const char *const demo_goals[] = {"Keep the appointment at the job centre", "Register with a doctor",
                                  "Finish the second week of the course",   "Ring the housing office before Friday",
                                  "Go to two meetings this week",           "Sort the papers for the bank account",
                                  "See the children on Sunday as agreed",   NULL};
const char *const demo_notes[] = {
    "Invented note. Came in good spirits and spoke first. We looked at what went well this week.",
    "Invented note. Tired after a night shift. We kept it short and agreed one thing to do.",
    "Invented note. Worried about the room. We rang the housing office together.",
    "Invented note. Asked for more time between meetings; we talked about what would make that possible.",
    "Invented note. Told me plainly what had not helped last time. We changed the plan.",
    "Invented note. Quiet today. Said that it helped to be asked rather than told.",
    NULL};
const char *const demo_purposes[] = {
    "To understand together what happens before contact breaks down, and to agree what each will do then.",
    "To prepare the move from the approved premises so that the same people stay in touch.", NULL};
const char *const demo_why_nots[] = {"Time ran out; it comes first next week",
                                     "The person asked to talk about housing instead",
                                     "Interrupted by a call that could not wait", NULL};

const char *demo_one_of(struct dice *dice, const char *const *words) {
  unsigned n = 0;
  while (words[n]) n++;
  return words[dice_below(dice, n)];
}
