// A school that belongs to one test, with people who work there: nothing a test does there meets another test.
import assert from 'node:assert/strict';
import { ask, givenName, mark, newSchool, open, signIn } from './browser.mjs';

/** Sends as whoever is signed in on this page. */
export const send = (page, method, path, body, version) =>
	page.evaluate(
		async ([method, path, body, version]) => {
			const headers = {
				'content-type': 'application/json',
				...(version === undefined ? {} : { 'if-match': `"${version}"` })
			};
			const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
			const text = await answer.text();
			return { status: answer.status, body: text ? JSON.parse(text) : null };
		},
		[method, path, body, version]
	);

/** The same, where nothing but success will do: answers with what came. */
export async function sent(page, method, path, body, version) {
	const { status, body: came } = await send(page, method, path, body, version);
	assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(came)}`);
	return came;
}

const password = 'hoa phuong do 2026';
let people = 0;

/** Somebody whom the person on this page invites to a school: signed in, on a page of their own. */
export async function invited(browser, host, school, role, size = 'desk') {
	const { code } = await sent(host, 'POST', `/units/${school}/invitations`, {
		display_name: `Lê Thị ${givenName()}`,
		role
	});
	const guest = await open(browser, size);
	await guest.page.goto('/dang-nhap');
	const login = `${role.replace('_', '.')}.${mark()}.${++people}`;
	await sent(guest.page, 'POST', '/invitations/acceptance', { code, login, password });
	return { ...guest, login };
}

/** A primary school with its head signed in: classes by code of this school year, pupils in each by name. */
export async function ownSchool(browser, classes = {}, size = 'desk') {
	const founder = await open(browser);
	await signIn(founder.page);
	const school = (await newSchool(founder.page, `Trường Tiểu học Bản ${givenName()}`)).id;
	const head = await invited(browser, founder.page, school, 'head', size);
	await founder.close();
	const own = { school, head, base: `/truong/${school}`, classes: {}, pupils: {} };
	for (const [code, names] of Object.entries(classes)) {
		own.classes[code] = (await newClass(head.page, school, code)).id;
		for (const name of names)
			own.pupils[name] = (await newPupil(head.page, school, name, own.classes[code])).id;
	}
	return own;
}

/** A class whose grade its code begins with. */
export const newClass = (page, school, code, year = '2026-2027') =>
	sent(page, 'POST', `/schools/${school}/classes`, { year, code, grade: code[0] });

export const newPupil = (page, school, full_name, inClass, more = {}) =>
	sent(page, 'POST', `/schools/${school}/pupils`, {
		pupil: { full_name, birth: '2018-05-19', sex: '2' },
		from: '2026-09-01',
		class: inClass,
		...more
	});

/** The classes in which a pupil sat and will sit, the earliest first. */
export async function classesOf(page, school, pupil) {
	const { stays } = await ask(page, `/schools/${school}/pupils/${pupil}`);
	return stays
		.flatMap((stay) => stay.classes)
		.toSorted((a, b) => a.valid_from.localeCompare(b.valid_from))
		.map(({ name, year, repeats }) => ({ name, year, repeats }));
}
