import { expect, it } from 'vitest';
import type { Setting } from '$lib/api/types';
import { t } from '$lib/i18n/settings';
import { heldText, idleText, toRetype } from './words';

const setting = (key: string, more: Partial<Setting>): Setting => ({
	key,
	kind: 'text',
	choices: [],
	strictest_holds: false,
	describes: key,
	basis: '',
	is_set: true,
	source: 'unit',
	is_own: true,
	secrets: [],
	version: 1,
	...more
});
const host = setting('mail.smtp_host', { secrets: ['mail.smtp_password'] });
const password = setting('mail.smtp_password', { kind: 'secret', lead: host.key });

it('only secrets that stand at the unit are to be typed again', () => {
	expect(toRetype(host, [host, password])).toEqual([password]);
	expect(toRetype(host, [host, { ...password, is_own: false }])).toEqual([]);
	expect(toRetype(password, [host, password])).toEqual([]);
});

it('what does not hold is told with its reason', () => {
	const policy = setting('sign_in.second_factor', {
		kind: 'choice',
		strictest_holds: true,
		own: 'off',
		value: 'everyone',
		source: 'above'
	});
	expect(idleText(policy, [policy])).toBe(t.idleStricter('Không bắt buộc'));
	const port = setting('mail.smtp_port', { kind: 'int', own: 587, lead: host.key });
	expect(idleText(port, [host, port])).toBe(t.idle('587', host.describes));
	expect(idleText(password, [host, password])).toBe(t.idleSecret(host.describes));
});

it('how many a choice would hold is told, and whether oneself is among them', () => {
	expect(heldText({ demanded: 0, to_act: 0, yourself: false })).toBe(t.heldNobody);
	expect(heldText({ demanded: 1280, to_act: 0, yourself: false })).toBe(t.heldAll('1.280'));
	expect(heldText({ demanded: 1280, to_act: 97, yourself: false })).toBe(t.held('1.280', '97'));
	expect(heldText({ demanded: 2, to_act: 2, yourself: true })).toBe(`${t.held('2', '2')} ${t.heldYou}`);
});
