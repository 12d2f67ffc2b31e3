import { describe, expect, it } from 'vitest';
import { fold, matches } from './fold';
import { safeReturn, signInPath } from './navigate';
import { loginGood, passwordGood, passwordRules } from './password';

describe('search', () => {
	it('ignores tone marks, case and đ, also in decomposed text', () => {
		expect(fold('Đặng Thu HIỀN')).toBe('dang thu hien');
		expect(fold('Điểm'.normalize('NFD'))).toBe('diem');
	});

	it('wants every word to begin a word', () => {
		expect(matches('Giao diện: tối', 'gia toi')).toBe(true);
		expect(matches('Giao diện: tối', 'dien sang')).toBe(false);
	});
});

describe('the way back after sign-in', () => {
	it.each([
		['/don-vi?q=a', '/don-vi?q=a'],
		['//example.org', '/'],
		['/\\example.org', '/'],
		['/\t/example.org', '/'],
		['/\n/example.org', '/'],
		['/\r\\example.org', '/'],
		['/.//example.org', '/'],
		['/a/..//example.org', '/'],
		['//[', '/'],
		['/ https://example.org#a', '/%20https://example.org#a'],
		['https://example.org', '/'],
		['example.org', '/'],
		[null, '/']
	])('%s leads to %s', (path, to) => {
		expect(safeReturn(path)).toBe(to);
	});

	it('is carried in the address', () => {
		expect(signInPath('/')).toBe('/dang-nhap');
		expect(signInPath('/don-vi?q=a')).toBe('/dang-nhap?ve=%2Fdon-vi%3Fq%3Da');
	});
});

describe('passwords and logins', () => {
	it('know what is too weak', () => {
		expect(passwordRules('1234567890', 'lan.huong')).toEqual({ length: true, varied: false, login: true });
		expect(passwordRules('aaaaaaaaaaaa', '').varied).toBe(false);
		expect(passwordRules('xin-lan.huong-nhe', 'Lan.Huong').login).toBe(false);
		expect(passwordGood('hoa phuong do', 'lan.huong')).toBe(true);
	});

	it('count letters, not bytes', () => {
		expect(passwordRules('mưa xuân'.normalize('NFC'), '').length).toBe(false);
	});

	it('know a login', () => {
		expect(loginGood('lan.huong')).toBe(true);
		expect(loginGood('ab')).toBe(false);
		expect(loginGood('lan hương')).toBe(false);
	});
});
