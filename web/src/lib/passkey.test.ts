import { afterEach, expect, it, vi } from 'vitest';
import { passkeyMet, passkeysFilledIn } from './passkey';

afterEach(() => vi.unstubAllGlobals());

it('passkeys are offered unasked only in a browser that has met one', async () => {
	const kept = new Map<string, string>();
	vi.stubGlobal('localStorage', {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => kept.set(key, value)
	});
	const known = { isConditionalMediationAvailable: async () => true };
	vi.stubGlobal('PublicKeyCredential', known);
	vi.stubGlobal('window', { PublicKeyCredential: known });
	vi.stubGlobal('isSecureContext', true);
	vi.stubGlobal('location', { hostname: 'khue.truong.edu.vn' });
	expect(await passkeysFilledIn()).toBe(false);
	passkeyMet();
	expect(await passkeysFilledIn()).toBe(true);
	vi.stubGlobal('location', { hostname: '192.168.1.9' });
	expect(await passkeysFilledIn()).toBe(false);
});
