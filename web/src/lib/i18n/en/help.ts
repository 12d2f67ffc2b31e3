import type vi from '../vi/help';

const help: typeof vi = {
	open: 'Help',
	openLabel: (person) => `Help with the account of ${person}`,
	title: (person) => `Account of ${person}`,
	suspended: 'Suspended',

	sessions: 'Signed in on',
	sessionsLead: 'A device was lost: end its session. This look is recorded.',
	sessionsNone: 'Not signed in anywhere.',
	endAll: 'End all',
	endAllTitle: (person) => `End all sessions of ${person}?`,
	endAllDetail: 'Every device has to sign in again with the present password. Unsaved work may be lost.',
	endedAll: (n) => `${n} sessions ended.`,

	password: 'Password forgotten',
	passwordLead: 'Gives a one-time password; the person must set a new one on entering.',
	renew: 'Renew the password',
	renewTitle: (person) => `Renew the password of ${person}?`,
	renewDetail:
		'The present password stops working at once and every device is signed out. Hand the new one only to that person.',
	renewed: 'One-time password',
	once: 'The password is shown only now. Copy or print it before closing.',
	copy: 'Copy password',
	slipTitle: 'Back into Khuê',
	slipLogin: (login) => `Login: ${login}`,
	slipStep1: (link) => `Open ${link} on a phone or computer.`,
	slipStep2: 'Sign in with the login and the password on this slip.',
	slipStep3: 'Set a new password right away. Tell it to nobody.',

	factors: 'Lost phone or passkey',
	factorsLead:
		'Only when they cannot sign in because the second step is lost. Be sure that it is really them.',
	reset: 'Reset two-step sign-in',
	resetSays: (person) =>
		`The authenticator app, passkeys and recovery codes of ${person} end at once, and every device is signed out. They enter by password and set it up anew.`,
	resetUndo: 'This cannot be undone. It is recorded with your name.',
	resetReasonHint: 'Kept in the journal, for example: Lost the phone on 05/09/2026',
	resetConfirm: 'Type their login to confirm',
	resetConfirmWrong: 'That is not the login.',
	wasReset: 'Two-step sign-in was reset.',

	suspension: 'Suspension',
	suspendLead: 'The person is signed out and cannot come in until restored. Roles stay.',
	suspend: 'Suspend the account',
	suspendUndo: 'It can be restored at any time; the password stays.',
	suspendSays: (person) => `${person} is signed out everywhere at once and can no longer sign in.`,
	reason: 'Reason',
	reasonHint: 'Kept in the journal, for example: left on 01/09/2026',
	wasSuspended: 'Account suspended.',
	restoreLead: 'The account is suspended. Restored, the person signs in with the old password.',
	restore: 'Restore the account',
	restoreTitle: (person) => `Restore the account of ${person}?`,
	restoreDetail: 'The person can sign in again at once, with password and roles as before.',
	restored: 'Account restored.'
};
export default help;
