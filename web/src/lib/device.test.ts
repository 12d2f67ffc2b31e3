import { expect, test } from 'vitest';
import { deviceName } from './device';

test('a device is called by its browser and its system', () => {
	const named = (agent: string, name: string) => expect(deviceName(agent), agent).toBe(name);
	const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
	named(
		`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/148.0.0.0 Safari/537.36`,
		'Chrome, Windows'
	);
	named(`Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/148.0 Safari/537.36 Edg/148.0`, 'Edge, Windows');
	named(
		`Mozilla/5.0 (Windows NT 10.0) ${webkit} coc_coc_browser/128 Chrome/148 Safari/537.36`,
		'Cốc Cốc, Windows'
	);
	named(`Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/148.0.0.0 Safari/537.36`, 'Chrome, Linux');
	named(
		`Mozilla/5.0 (Linux; Android 15; SM-A556) ${webkit} SamsungBrowser/27 Chrome/125 Mobile Safari/537.36`,
		'Samsung Internet, Android'
	);
	named(
		'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1',
		'Safari, iPhone'
	);
	named('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux');
	named('khue-script 1', 'khue-script 1');
	named('', '');
	expect(deviceName(null)).toBe('');
	expect(deviceName('x'.repeat(80))).toHaveLength(60);
});
