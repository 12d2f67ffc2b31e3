import { describe, expect, it } from 'vitest';
import type { Problem } from '$lib/api/problem';
import { digitsOf } from './code';
import { bytesOf, creationOptions, credentialJson, refusal, requestOptions, textOf } from './webauthn';

const bytes = (...list: number[]) => new Uint8Array(list);

describe('bytes in WebAuthn’s JSON', () => {
	it('come back as they went, also those for which base64 has other letters in an address', () => {
		const all = Uint8Array.from({ length: 256 }, (_, index) => index);
		const text = textOf(all.buffer);
		expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
		expect(bytesOf(text)).toEqual(all);
		expect(textOf(bytes(255, 254, 251).buffer)).toBe('__77');
		expect(bytesOf('-_8')).toEqual(bytes(251, 255));
		expect(textOf(new ArrayBuffer(0))).toBe('');
	});

	it('are the challenge, the account and the keys it has; the rest stays as it is', () => {
		const made = creationOptions({
			challenge: 'AQI',
			rp: { id: 'khue.vn', name: 'Khuê' },
			user: { id: 'Aw', name: 'lan', displayName: 'Lan' },
			pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
			excludeCredentials: [{ id: 'BA', type: 'public-key', transports: ['internal'] }]
		} as PublicKeyCredentialCreationOptionsJSON);
		expect(made.challenge).toEqual(bytes(1, 2));
		expect(made.user).toEqual({ id: bytes(3), name: 'lan', displayName: 'Lan' });
		expect(made.excludeCredentials).toEqual([{ id: bytes(4), type: 'public-key', transports: ['internal'] }]);
		expect(made.rp).toEqual({ id: 'khue.vn', name: 'Khuê' });
		const shown = requestOptions({ challenge: 'AQI', userVerification: 'required' });
		expect(shown).toEqual({
			challenge: bytes(1, 2),
			allowCredentials: undefined,
			userVerification: 'required'
		});
	});

	it('are what the device signed', () => {
		const shown = {
			id: 'AQ',
			rawId: bytes(1).buffer,
			type: 'public-key',
			getClientExtensionResults: () => ({}),
			response: {
				clientDataJSON: bytes(2).buffer,
				authenticatorData: bytes(3).buffer,
				signature: bytes(4).buffer,
				userHandle: null
			}
		} as unknown as PublicKeyCredential;
		expect(credentialJson(shown)).toEqual({
			id: 'AQ',
			rawId: 'AQ',
			type: 'public-key',
			clientExtensionResults: {},
			response: { clientDataJSON: 'Ag', authenticatorData: 'Aw', signature: 'BA', userHandle: null }
		});
	});
});

it('a refusal of the browser has words of its own; anything else stays what it is', () => {
	const code = (name: string) => (refusal(new DOMException('', name)) as Problem).code;
	expect(code('InvalidStateError')).toBe('client.passkey_known');
	expect(code('SecurityError')).toBe('client.passkey_impossible');
	expect(code('NotAllowedError')).toBe('client.passkey_left');
	const other = new TypeError('x');
	expect(refusal(other)).toBe(other);
});

it('a code may be pasted with spaces around and within', () => {
	expect(digitsOf(' 123 456\n')).toBe('123456');
	expect(digitsOf('12345')).toBe('12345');
	expect(digitsOf('1234567')).toBe('123456');
});
