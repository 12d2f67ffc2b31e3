import type vi from '../vi/proof';

const proof: typeof vi = {
	second: 'Second step',
	secondLead: (name) => `The password of ${name} is right. One more step.`,
	otherName: 'Sign in with another name',

	confirm: 'Confirm that it is you',
	confirmLead: 'This needs certainty that you are at the device. One confirmation is good for 10 minutes.',

	code: '6-digit code',
	codeHint: 'Open the authenticator app on your phone and type the code it shows.',
	codeShort: 'The code has 6 digits.',
	recovery: 'Recovery code',
	recoveryHint: 'One of the codes you put away. Each works once.',
	password: 'Your password',
	passkeyLead: 'Press the button, then use the fingerprint, face or screen lock of the device.',
	check: 'Confirm',
	checking: 'Checking…',
	showing: 'Waiting for the passkey…',
	others: 'Other ways',
	by: {
		totp: 'Use a code from the app',
		passkey: 'Use a passkey',
		recovery_code: 'Use a recovery code',
		password: 'Use the password'
	},
	none: 'No way to confirm works here',
	noneDetail:
		'The account has only a passkey, which this browser or address cannot use. Open Khuê at an https:// address on the device that has it, or ask the administrator of your unit to reset two-step sign-in.',

	passkeyKnown: 'This device already has a passkey',
	passkeyKnownDetail: 'The passkey of this account is already on the device. No other is needed.',
	passkeyImpossible: 'Passkeys do not work here',
	passkeyImpossibleDetail:
		'The browser or the address of the page does not allow passkeys. Choose another way.',
	passkeyLeft: 'No passkey was received',
	passkeyLeftDetail:
		'You cancelled, or the device waited too long, or it has no passkey. Try again or choose another way.'
};
export default proof;
