import type vi from '../vi/device';

const device: typeof vi = {
	title: 'Waiting to be sent',
	lead: 'What you did and the server has not received. It lies encrypted in this browser and goes out by itself when there is a network.',
	none: 'Everything has been sent',
	noneDetail: 'Without a network, what you do is kept here and sent later, in order, never twice.',
	off: 'This browser cannot keep work without a network',
	waiting: 'Waiting',
	sending: 'Sending',
	refused: 'Refused',
	conflict: 'Changed by somebody else',
	amendment: 'Locked',
	behind: 'waits for the one above',
	unsure: 'Sent, but no answer came; it will be asked for again and is not recorded twice.',
	tries: (n) => (n === 1 ? 'tried once' : `tried ${n} times`),
	madeAt: (when) => `done at ${when}`,
	old: 'Waiting for more than 25 days. After 30 days the server no longer recognises what was sent: send or discard it soon.',
	open: 'See the record',
	retry: 'Send again',
	anew: 'Not recorded, send again',
	compare: 'See the present version',
	present: (what) => `Now: ${what}`,
	overwrite: 'Record mine all the same',
	overwriteTitle: 'Record yours over the present version?',
	overwriteDetail: (now, mine) =>
		`Somebody else changed this record after you looked. Now: ${now}. Yours: ${mine}. Their version stays in the history.`,
	discard: 'Discard',
	discardTitle: 'Discard this?',
	discardDetail: (label) => `${label}. It was not sent and will be lost; it cannot be brought back.`,
	discardUnsure: (label) =>
		`${label}. The server may have recorded this already; discarding it here only means that it is not sent again. Look at the record first.`,
	discardDo: 'Discard',
	discarded: 'Discarded.',
	sendNow: 'Send now',
	pausedOut: 'The session has ended. Once you sign in again, sending goes on.',
	pausedOther:
		'This browser is signed in as another account in another tab. Your work is sent only once you yourself sign in again.',
	pausedEnrol: 'You need to add a second protection first. After that, sending goes on.',
	pausedMust: 'You need to change your password first. After that, sending goes on.',
	refusedUnsure:
		'An earlier try may have been recorded. Once you are allowed again, send it again: Khuê asks, and records nothing twice.',
	unreadable: (n) => (n === 1 ? '1 item cannot be read any more' : `${n} items cannot be read any more`),
	unreadableDetail:
		'The browser’s key to them is gone (the site’s data was cleared in part, or a file was damaged), so they cannot be sent. Please do them again.',
	unreadableDrop: 'Discard these',
	unreadableTitle: (n) => `Discard ${n} unreadable items?`,
	unreadableDropDetail: 'Nothing can open them any more.',
	full: 'This device is full: new work could not be kept. Send or discard what is waiting, or delete some files.',
	newer: 'What is waiting was written by a newer Khuê. Please reload the page.',
	unavailable:
		'The browser cannot open the place where work is kept. Khuê deletes nothing: what is waiting is still on this device, and Khuê keeps trying. Until then new work cannot be kept.',
	look: 'Try to open it',
	begin: 'Begin anew…',
	beginTitle: 'Begin anew with an empty place?',
	beginDetail:
		'All unsent work in the old place is lost for good, also what Khuê could not read to list it here. Do this only when trying again and restarting the browser did not help.',
	beginDo: 'Give up the old work, begin anew',
	begun: 'There is a new place to keep work.',
	beginFailed: 'The browser does not allow to begin anew. Close the other Khuê tabs, then try again.',
	expiredTitle: 'Too long ago',
	expiredDetail:
		'This was sent more than 30 days ago and no answer came, so it may have been recorded. Look at the record: discard this if it is there, send it again if not.',

	otherTitle: (name) => `This browser is now signed in as ${name}`,
	otherUnknown: 'This browser is now signed in as another account',
	otherDetail: (mine) =>
		`Somebody signed in as another account in another tab, while this page belongs to ${mine}. What you just did was recorded in nobody’s name.`,
	otherKept: (n, mine) =>
		`${n === 1 ? '1 item' : `${n} items`} of ${mine} kept on this device, encrypted; sent only once ${mine} signs in here again.`,
	otherTyped: 'What is typed on this page is not saved: copy it before you leave, if you need it.',
	otherGo: (name) => `Go on as ${name}`,
	otherSignIn: (mine) => `Sign in again as ${mine}`,
	otherStay: 'Stay on this page',

	keep: 'Keep it and send it later',
	keepDetail: 'Khuê keeps this on the device, encrypted, and sends it when the server answers.',
	keptNote: 'Kept on this device; it will be sent when there is a network.',
	arrived: (n) => (n === 1 ? 'One waiting item was sent.' : `${n} waiting items were sent.`),
	keepFailed:
		'This could not be kept on the device. Do not close the page; try again when there is a network.',
	renamed: (from, to) => `Rename “${from}” to “${to}”`,

	leaveTitle: (n) => (n === 1 ? '1 item has not been sent' : `${n} items have not been sent`),
	leaveDetail:
		'The server has not received these. If you sign out and keep them, they lie encrypted in this browser and are sent only once you yourself sign in here again; nobody else who signs in sees them.',
	leaveSee: 'See them',
	leaveKeep: 'Keep and sign out',
	leaveDrop: 'Discard all and sign out',
	leaveSent: 'Everything has been sent. You can sign out.',
	leave: 'Sign out',
	leaveDropped: (n) => `Discard ${n} unsent items? They cannot be brought back.`,

	fresh: 'A new version of Khuê is ready',
	freshDetail: 'Reload to use it. Finish what you are doing first; the old one keeps working.',
	reload: 'Reload',
	reloadTitle: 'There is unsaved text on this page',
	reloadDetail: 'Reloading now loses what is not saved. Save it, then reload.',
	reloadStill: 'Reload all the same',
	later: 'Later',

	offlineTitle: 'No network',
	unreachableTitle: 'The server does not answer',
	offlineLead:
		'Khuê is open on this device but needs a network to fetch data. The page goes on by itself once it is back.',
	unreachableLead:
		'Khuê is open on this device; there is a network, but the server does not answer. The page goes on by itself once it does.',
	trying: 'Trying again…',

	here: 'Khuê on this device',
	install: 'Install Khuê',
	installDetail: 'Open it from the home screen like an application; it starts without a network too.',
	installDo: 'Install',
	installed: 'Installed on this device.',
	installByHand: 'On an iPhone or iPad: tap Safari’s share button and choose “Add to Home Screen”.',
	installLater: 'This browser does not offer it yet. If it can, its own menu has an entry “Install”.',
	offlineReady: 'Starts without a network; what you do without one is kept and sent later.',
	offlineSoon: 'Fetching what is needed to start without a network…',
	insecure:
		'This address does not use a secure connection (https), so the browser allows neither installation, nor a start without a network, nor keeping work. Ask the administrator to turn on https.',
	unsupported: 'This browser cannot start without a network. Use a recent Chrome, Edge, Firefox or Safari.'
};

export default device;
