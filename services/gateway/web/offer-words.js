// Every word that the mentor's page says, in English and in Welsh.

export const words = {
  en: {
    loading: 'Loading the request…',
    hello: 'Hello {name}.',
    offered: 'You have a new request',
    offeredText: 'Somebody on probation would like a mentor, and you have been suggested.',
    asked: 'What they are looking for',
    experiences: 'Lived experience',
    languages: 'Languages',
    availability: 'When',
    places: 'Where',
    remote: 'Meeting by telephone or video is fine',
    any: 'No preference',
    until: 'Please answer by',
    accept: 'Accept',
    decline: 'Decline',
    free: 'You are free to decline. No reason is needed.',
    confirm: 'Accept this request?',
    confirmText: 'It takes up one of your places. Your supervisor will tell you what happens next.',
    confirmYes: 'Yes, accept',
    back: 'Go back',
    declining: 'Decline this request?',
    decliningText: 'No reason is needed, and declining has no consequences for you.',
    why: 'A reason, if you want to give one',
    whyNote: 'Please do not name anybody.',
    declineYes: 'Yes, decline',
    sending: 'Sending your answer…',
    accepted: 'You have accepted',
    acceptedText: 'Thank you. Your supervisor will tell you what happens next. You can close this page.',
    declined: 'You have declined',
    declinedText: 'Thank you for letting us know. Nothing more is needed. You can close this page.',
    expired: 'The time to answer is over',
    expiredText: 'This link no longer works. If you have already answered, your answer counts. If you would still like to help, speak to your supervisor.',
    withdrawn: 'The request was withdrawn',
    withdrawnText: 'You do not need to do anything. You can close this page.',
    refused: 'This request can no longer be accepted',
    refusedText: 'Nothing is wrong on your side. Your supervisor can tell you more.',
    unknown: 'This link does not open a request',
    unknownText: 'Open the link in your newest message again. If that does not help, speak to your supervisor.',
    offline: 'No connection',
    offlineText: 'Check your connection and try again. It is safe to send your answer twice.',
    failed: 'That did not work',
    failedText: 'It is not your fault. Wait a moment and try again. It is safe to send your answer twice.',
    again: 'Try again',
    other: 'Cymraeg',
  },
  cy: {
    loading: 'Wrthi’n llwytho’r cais…',
    hello: 'Helo {name}.',
    offered: 'Mae gennych gais newydd',
    offeredText: 'Hoffai rhywun sydd ar brawf gael mentor, ac rydych chi wedi cael eich awgrymu.',
    asked: 'Yr hyn maen nhw’n chwilio amdano',
    experiences: 'Profiad bywyd',
    languages: 'Ieithoedd',
    availability: 'Pryd',
    places: 'Ble',
    remote: 'Mae cyfarfod dros y ffôn neu fideo yn iawn',
    any: 'Dim dewis penodol',
    until: 'Atebwch erbyn',
    accept: 'Derbyn',
    decline: 'Gwrthod',
    free: 'Mae croeso i chi wrthod. Nid oes angen rheswm.',
    confirm: 'Derbyn y cais hwn?',
    confirmText: 'Bydd yn llenwi un o’ch lleoedd. Bydd eich goruchwyliwr yn dweud wrthych beth sy’n digwydd nesaf.',
    confirmYes: 'Ie, derbyn',
    back: 'Yn ôl',
    declining: 'Gwrthod y cais hwn?',
    decliningText: 'Nid oes angen rheswm, ac nid oes unrhyw ganlyniadau i chi os byddwch yn gwrthod.',
    why: 'Rheswm, os ydych am roi un',
    whyNote: 'Peidiwch ag enwi neb, os gwelwch yn dda.',
    declineYes: 'Ie, gwrthod',
    sending: 'Wrthi’n anfon eich ateb…',
    accepted: 'Rydych wedi derbyn',
    acceptedText: 'Diolch. Bydd eich goruchwyliwr yn dweud wrthych beth sy’n digwydd nesaf. Gallwch gau’r dudalen hon.',
    declined: 'Rydych wedi gwrthod',
    declinedText: 'Diolch am roi gwybod i ni. Nid oes angen gwneud dim arall. Gallwch gau’r dudalen hon.',
    expired: 'Mae’r amser i ateb ar ben',
    expiredText: 'Nid yw’r ddolen hon yn gweithio mwyach. Os ydych wedi ateb yn barod, mae eich ateb yn cyfrif. Os hoffech helpu o hyd, siaradwch â’ch goruchwyliwr.',
    withdrawn: 'Mae’r cais wedi’i dynnu’n ôl',
    withdrawnText: 'Nid oes angen i chi wneud dim. Gallwch gau’r dudalen hon.',
    refused: 'Ni ellir derbyn y cais hwn mwyach',
    refusedText: 'Nid oes dim o’i le ar eich ochr chi. Gall eich goruchwyliwr ddweud mwy wrthych.',
    unknown: 'Nid yw’r ddolen hon yn agor cais',
    unknownText: 'Agorwch y ddolen yn eich neges ddiweddaraf eto. Os nad yw hynny’n helpu, siaradwch â’ch goruchwyliwr.',
    offline: 'Dim cysylltiad',
    offlineText: 'Gwiriwch eich cysylltiad a rhowch gynnig arall arni. Mae’n ddiogel anfon eich ateb ddwywaith.',
    failed: 'Ni weithiodd hynny',
    failedText: 'Nid eich bai chi yw hyn. Arhoswch ennyd a rhowch gynnig arall arni. Mae’n ddiogel anfon eich ateb ddwywaith.',
    again: 'Rhoi cynnig arall arni',
    other: 'English',
  },
};

// Lived experience, as recorded for mentors. What is not here is shown as it was written.
export const experiences = {
  en: { custody: 'Prison', alcohol: 'Alcohol', drugs: 'Drugs', care: 'Growing up in care', homelessness: 'Homelessness',
        'mental-health': 'Mental health', gambling: 'Gambling', gangs: 'Gangs', debt: 'Debt', veteran: 'Armed forces',
        'domestic-abuse': 'Domestic abuse', parenting: 'Being a parent' },
  cy: { custody: 'Carchar', alcohol: 'Alcohol', drugs: 'Cyffuriau', care: 'Tyfu i fyny mewn gofal',
        homelessness: 'Digartrefedd', 'mental-health': 'Iechyd meddwl', gambling: 'Gamblo', gangs: 'Gangiau', debt: 'Dyled',
        veteran: 'Y lluoedd arfog', 'domestic-abuse': 'Cam-drin domestig', parenting: 'Bod yn rhiant' },
};

// Names of languages in Welsh, which browsers often lack; English names come from the browser.
export const languages = {
  en: {},
  cy: { ar: 'Arabeg', bn: 'Bengaleg', cy: 'Cymraeg', en: 'Saesneg', es: 'Sbaeneg', fa: 'Perseg', fr: 'Ffrangeg',
        it: 'Eidaleg', ku: 'Cwrdeg', lt: 'Lithwaneg', pa: 'Pwnjabeg', pl: 'Pwyleg', pt: 'Portiwgaleg', ro: 'Rwmaneg',
        ru: 'Rwseg', so: 'Somalieg', tr: 'Tyrceg', uk: 'Wcreineg', ur: 'Wrdw', zh: 'Tsieinëeg' },
};

// "mon-am" and so on. In Welsh the name of the day changes after "nos".
const dayCodes = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const english = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const welsh = ['Llun', 'Mawrth', 'Mercher', 'Iau', 'Gwener', 'Sadwrn', 'Sul'];
const welshNights = ['Lun', 'Fawrth', 'Fercher', 'Iau', 'Wener', 'Sadwrn', 'Sul'];
const parts = {
  en: { am: (day) => `${english[day]} morning`, pm: (day) => `${english[day]} afternoon`, eve: (day) => `${english[day]} evening` },
  cy: { am: (day) => `bore ${welsh[day]}`, pm: (day) => `prynhawn ${welsh[day]}`, eve: (day) => `nos ${welshNights[day]}` },
};
export function slot(language, code) {
  const [day, part] = code.split('-');
  const say = parts[language][part];
  return say && dayCodes.includes(day) ? say(dayCodes.indexOf(day)) : code;
}

const months = {
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
       'December'],
  cy: ['Ionawr', 'Chwefror', 'Mawrth', 'Ebrill', 'Mai', 'Mehefin', 'Gorffennaf', 'Awst', 'Medi', 'Hydref', 'Tachwedd',
       'Rhagfyr'],
};
// "Wednesday 4 March, 10:05", in the time of the reader's device.
export function moment(language, date) {
  const day = (date.getDay() + 6) % 7;
  const name = language === 'cy' ? `dydd ${welsh[day]}` : english[day];
  const clock = [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':');
  return `${name} ${date.getDate()} ${months[language][date.getMonth()]}, ${clock}`;
}
