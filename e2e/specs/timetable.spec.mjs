import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { accountOf, ask, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';
import { ownSchool, sent } from '../lib/own.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const head = accountOf('head');

/** The school of the head, with its timetables taken away: each test makes its own. */
async function clean(page) {
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	await page.evaluate(async (unit) => {
		const all = await (await fetch(`/api/v1/units/${unit}/timetables?year=2026-2027`)).json();
		for (const one of all) {
			await fetch(`/api/v1/units/${unit}/timetables/${one.id}`, {
				method: 'DELETE',
				headers: { 'if-match': `"${one.version}"` }
			});
		}
	}, school);
	return school;
}

const send = (page, method, path, body) =>
	page.evaluate(
		async ([method, path, body]) => {
			const response = await fetch(`/api/v1${path}`, {
				method,
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body)
			});
			return { status: response.status, body: await response.json() };
		},
		[method, path, body]
	);

const grid = (page) => page.getByRole('grid');
/** A cell by its row and column in the week, from 0. */
const cell = (page, row, column) => grid(page).getByRole('row').nth(row + 1).getByRole('gridcell').nth(column);
const focused = async (page, row, column) =>
	page.waitForFunction(
		(at) => document.activeElement?.getAttribute('data-at') === at,
		`${row} ${column}`
	);

async function editor(page, school) {
	await page.goto(`/truong/${school}/thoi-khoa-bieu/xep`);
	await heading(page, 'Xếp thời khoá biểu');
	await grid(page).waitFor();
}

async function choose(page, name) {
	await page.locator('main [aria-haspopup=menu]').click();
	await page.getByRole('menuitemradio', { name, exact: true }).click();
	await page.getByRole('grid', { name: `Tuần của ${name}`, exact: true }).waitFor();
}

/** Gives the lesson of the focused cell to the first teacher of the list. */
async function give(page) {
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Giáo viên').waitFor();
	await page.waitForFunction(() => document.activeElement?.tagName === 'SELECT');
	// Whoever is assigned the subject stands there already: from nobody down to the first.
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowDown');
	await dialog.getByRole('button', { name: 'Xong' }).press('Enter');
	await dialog.waitFor({ state: 'hidden' });
}

test('a week is made by keyboard alone; a clash is shown at the cell and mended', async () => {
	const { page, close } = await open(browser);
	const school = await clean(page);
	const { classes, teachers } = await ask(page, `/units/${school}/timetables/ground?day=2026-11-02`);
	const [a, b] = classes;
	await editor(page, school);
	for (const one of [a, b]) {
		await choose(page, one.name);
		await cell(page, 0, 0).focus();
		// The first letters, without marks.
		await page.keyboard.type('toa');
		await page.getByRole('option', { name: 'Toán', exact: true }).waitFor();
		await page.keyboard.press('Enter');
		await focused(page, 1, 0);
		await cell(page, 0, 0).getByText('Toán', { exact: true }).waitFor();
		await page.keyboard.press('ArrowUp');
		await focused(page, 0, 0);
		await give(page);
		await cell(page, 0, 0).getByText(teachers[0].name, { exact: true }).waitFor();
	}
	await cell(page, 0, 0).getByText('Trùng giáo viên').waitFor();
	await page.getByText('1 chỗ phải sửa trước khi lưu.').waitFor();
	assert.ok(await page.getByRole('button', { name: 'Lưu thời khoá biểu' }).isDisabled());
	// The list leads to the cell; the lesson is moved by cutting and putting it elsewhere.
	await page.getByRole('button', { name: /^Đến ô này/ }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('grid', { name: `Tuần của ${a.name}`, exact: true }).waitFor();
	await focused(page, 0, 0);
	await page.keyboard.press('Control+x');
	await cell(page, 0, 0).getByText('trống').waitFor();
	await page.keyboard.press('ArrowDown');
	await focused(page, 1, 0);
	await page.keyboard.press('Control+v');
	await cell(page, 1, 0).getByText('Toán', { exact: true }).waitFor();
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await page.keyboard.press('Control+z');
	await cell(page, 1, 0).getByText('trống').waitFor();
	await page.keyboard.press('Control+y');
	await cell(page, 1, 0).getByText('Toán', { exact: true }).waitFor();
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await page.getByRole('button', { name: 'Lưu thời khoá biểu' }).press('Enter');
	await page.getByText(/Đã lưu thời khoá biểu áp dụng từ/).waitFor();
	await page.getByText('Chưa có thay đổi nào').waitFor();
	const { lessons } = await ask(page, `/units/${school}/timetable`);
	assert.deepEqual(
		lessons.map((one) => [one.class_name, one.period, one.teacher]).sort(),
		[
			[a.name, 2, teachers[0].id],
			[b.name, 1, teachers[0].id]
		].sort()
	);
	await close();
});

test('a block from a spreadsheet is pasted, and what it does not say is listed', async () => {
	const { page, context, close } = await open(browser);
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	const school = await clean(page);
	await editor(page, school);
	const { classes } = await ask(page, `/units/${school}/timetables/ground?day=2026-11-02`);
	const [one, two] = classes[0].subjects.filter((subject) => subject.weekly > 1);
	await choose(page, classes[0].name);
	await page.evaluate((text) => navigator.clipboard.writeText(text), `${one.name}\tMúa rối\r\n${two.name}\t${one.subject}\r\n`);
	await cell(page, 0, 0).focus();
	await page.keyboard.press('Control+v');
	await cell(page, 1, 1).getByText(one.name, { exact: true }).waitFor();
	await cell(page, 0, 0).getByText(one.name, { exact: true }).waitFor();
	await cell(page, 0, 1).getByText('trống').waitFor();
	await page.getByText('1 ô dán vào cần xem lại').waitFor();
	await page.getByText(/“Múa rối”/).waitFor();
	await page.getByText(`${one.name} 2/${one.weekly}`).first().waitFor();
	await page.keyboard.press('Control+z');
	await cell(page, 0, 0).getByText('trống').waitFor();
	await page.keyboard.press('Control+y');
	await cell(page, 0, 0).getByText(one.name, { exact: true }).waitFor();

	// Leaving asks first; staying keeps it.
	await page.getByRole('link', { name: 'Về trang xem' }).click();
	const dialog = page.getByRole('dialog', { name: 'Rời trang khi chưa lưu?' });
	await dialog.getByRole('button', { name: 'Huỷ' }).click();
	await cell(page, 0, 0).getByText(one.name, { exact: true }).waitFor();
	await page.getByRole('link', { name: 'Về trang xem' }).click();
	await dialog.getByRole('button', { name: 'Rời trang, bỏ thay đổi' }).click();
	await heading(page, 'Thời khoá biểu');
	await close();
});

test('somebody else saved meanwhile: nothing is lost, and the person chooses', async () => {
	const { page, close } = await open(browser);
	const school = await clean(page);
	const { classes } = await ask(page, `/units/${school}/timetables/ground?day=2026-11-02`);
	const subject = classes[0].subjects.find((one) => one.subject === 'toan');
	const slot = (period) => ({ class: classes[0].id, day: 2, half_day: 'morning', period, subject: subject.subject });
	const made = { year: '2026-2027', valid_from: '2026-11-02', slots: [slot(1)] };
	const { status, body } = await send(page, 'POST', `/units/${school}/timetables`, made);
	assert.equal(status, 201, JSON.stringify(body));
	await editor(page, school);
	await choose(page, classes[0].name);
	await cell(page, 1, 0).focus();
	await page.keyboard.type('toan');
	await page.keyboard.press('Enter');
	await cell(page, 1, 0).getByText(subject.name, { exact: true }).waitFor();
	await page.evaluate(
		async ([at, body]) =>
			fetch(`/api/v1${at}`, {
				method: 'PUT',
				headers: { 'content-type': 'application/json', 'if-match': '"1"' },
				body: JSON.stringify(body)
			}),
		[`/units/${school}/timetables/${body.id}`, { ...made, slots: [slot(3)] }]
	);
	const save = page.getByRole('button', { name: 'Lưu thời khoá biểu' });
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await save.click();
	await page.getByText('Trong lúc bạn xếp, đã có người lưu thời khoá biểu này').waitFor();
	await cell(page, 1, 0).getByText(subject.name, { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Lưu bản của tôi thay bản đó' }).click();
	await page.getByText(/Đã lưu thời khoá biểu áp dụng từ 02\/11\/2026/).waitFor();
	const { lessons } = await ask(page, `/units/${school}/timetable`);
	assert.deepEqual(lessons.map((one) => one.period).sort(), [1, 2]);
	await close();
});

test('a file of the school goes in by a preview, and what leaves the house comes back whole', async () => {
	const { page, close } = await open(browser);
	const school = await clean(page);
	await editor(page, school);
	const { classes, teachers } = await ask(page, `/units/${school}/timetables/ground?day=2026-11-02`);
	const [a, b] = classes;
	const rows = [
		`Thứ,Buổi,Tiết,${a.name},${b.name}`,
		`Hai,Sáng,1,Toán - ${teachers[0].name},Ngữ văn`,
		',,2,Múa rối,Toán [Phòng Tin]'
	];
	await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
	const dialog = page.getByRole('dialog', { name: 'Nhập từ tệp' });
	const give = (file) => dialog.locator('input[type=file]').setInputFiles(file);
	await give({ name: 'tkb.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${rows.join('\n')}\n`) });
	await dialog.getByText('Đọc được 3 tiết của 2 lớp').waitFor();
	await dialog.getByText(/!D3: .*Múa rối/).waitFor();
	await dialog.getByRole('button', { name: 'Đưa vào bản đang xếp' }).click();
	await choose(page, a.name);
	await cell(page, 0, 0).getByText(teachers[0].name).waitFor();
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await page.getByRole('button', { name: 'Lưu thời khoá biểu' }).click();
	await page.getByText(/Đã lưu thời khoá biểu áp dụng từ/).waitFor();

	await page.getByRole('link', { name: 'Về trang xem' }).click();
	await heading(page, 'Thời khoá biểu');
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Xuất Excel' }).click()
	]);
	const bytes = readFileSync(await download.path());
	await editor(page, school);
	await page.getByRole('button', { name: 'Nhập từ tệp' }).click();
	await give({ name: 'lai.xlsx', mimeType: 'application/octet-stream', buffer: bytes });
	await dialog.getByText('Đọc được 3 tiết của 2 lớp').waitFor();
	await dialog.getByText(/^0 ô sẽ khác/).waitFor();
	await close();
});

/** Puts a subject into a cell by its first letters. */
async function putBy(page, row, column, letters, name) {
	await cell(page, row, column).focus();
	await page.keyboard.type(letters);
	await page.getByRole('option', { name, exact: true }).waitFor();
	await page.keyboard.press('Enter');
	await cell(page, row, column).getByText(name, { exact: true }).waitFor();
}

/** Says in which room the lesson of a cell is. */
async function inRoom(page, row, column, room) {
	await cell(page, row, column).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Phòng').fill(room);
	await dialog.getByRole('button', { name: 'Xong' }).press('Enter');
	await dialog.waitFor({ state: 'hidden' });
	await cell(page, row, column).getByText(room).first().waitFor();
}

test('a room that is needed twice at one time is shown at both lessons, however it is written', async () => {
	const { school, head } = await ownSchool(browser, { '1A1': [], '1A2': [] });
	const { page } = head;
	const save = page.getByRole('button', { name: 'Lưu thời khoá biểu' });
	await editor(page, school);
	for (const [name, room] of [
		['Lớp 1A1', 'Phòng Tin 1'],
		['Lớp 1A2', 'phong  tin 1']
	]) {
		await choose(page, name);
		await putBy(page, 0, 0, 'toa', 'Toán');
		await inRoom(page, 0, 0, room);
	}
	for (const name of ['Lớp 1A2', 'Lớp 1A1']) {
		await choose(page, name);
		await cell(page, 0, 0).getByText('Trùng phòng').waitFor();
		assert.equal(await cell(page, 0, 0).getAttribute('aria-invalid'), 'true');
	}
	await page.getByText('1 chỗ phải sửa trước khi lưu.').waitFor();
	assert.ok(await save.isDisabled());
	const told = page.getByRole('listitem').filter({ hasText: 'bị xếp hai lần cùng lúc' });
	for (const part of ['Phòng Tin 1', 'Lớp 1A1', 'Lớp 1A2']) await told.getByText(part).first().waitFor();
	await inRoom(page, 0, 0, 'Phòng Tin 2');
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	assert.equal(await page.getByText('Trùng phòng').count(), 0);
	assert.ok(await save.isEnabled());
	await head.close();
});

test('a lesson in a half day that the grade no longer has is shown, and can be moved to the other', async () => {
	const { school, head } = await ownSchool(browser, { '1A1': [] });
	const { page } = head;
	const save = page.getByRole('button', { name: 'Lưu thời khoá biểu' });
	await editor(page, school);
	await putBy(page, 0, 0, 'toa', 'Toán');
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await save.click();
	await page.getByText(/Đã lưu thời khoá biểu áp dụng từ/).waitFor();

	const year = await ask(page, `/units/${school}/school-years/2026-2027`);
	const hours = { last_day: 6, morning: 4, afternoon: 3, grades: { 1: ['afternoon'] } };
	await sent(page, 'POST', `/units/${school}/school-years/2026-2027`, { ...year.plan, hours });
	await editor(page, school);
	await cell(page, 0, 0).getByText('Sai buổi').waitFor();
	await page.getByText('1 chỗ phải sửa trước khi lưu.').waitFor();
	await page.getByRole('listitem').getByText('khối 1 không học buổi sáng').waitFor();
	// The list leads to the lesson; it is cut, and put where the grade has lessons.
	await page.getByRole('button', { name: /^Đến ô này/ }).press('Enter');
	await focused(page, 0, 0);
	const row = await page.getByRole('rowheader').evaluateAll((all) => all.findIndex((one) => one.textContent === 'Chiều 1'));
	assert.ok(row > 0, 'the afternoon can be chosen');
	await page.keyboard.press('Control+x');
	// The row of the morning has gone with its only lesson.
	await page.getByRole('rowheader', { name: 'Sáng 1' }).waitFor({ state: 'detached' });
	await cell(page, 0, 0).focus();
	await page.keyboard.press('Control+v');
	await cell(page, 0, 0).getByText('Toán', { exact: true }).waitFor();
	await page.getByText('Không có chỗ nào phải sửa.').waitFor();
	await save.click();
	await page.getByText('Chưa có thay đổi nào').waitFor();
	const { lessons } = await ask(page, `/units/${school}/timetable`);
	assert.deepEqual(
		lessons.map((one) => [one.half_day, one.period]),
		[['afternoon', 1]]
	);
	await head.close();
});

test('closing the browser over a draft is asked first; without an answer nothing half made was saved', async () => {
	const { school, head } = await ownSchool(browser, { '1A1': [] });
	const { page, context } = head;
	await editor(page, school);
	await putBy(page, 0, 0, 'toa', 'Toán');
	await page.getByRole('button', { name: 'Lưu thời khoá biểu' }).and(page.locator(':enabled')).click();
	await page.getByText(/Đã lưu thời khoá biểu áp dụng từ/).waitFor();
	await putBy(page, 1, 0, 'toa', 'Toán');
	await page.getByText(/Sẽ lưu 1 ô thay đổi/).waitFor();

	// Whoever says no stays, with the draft.
	const [question] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
	assert.equal(question.type(), 'beforeunload');
	await question.dismiss();
	await cell(page, 1, 0).getByText('Toán', { exact: true }).waitFor();

	// The browser ends without asking, as when the power fails.
	await page.close();
	const again = await context.newPage();
	await editor(again, school);
	await cell(again, 0, 0).getByText('Toán', { exact: true }).waitFor();
	await cell(again, 1, 0).getByText('trống').waitFor();
	await again.getByText('Chưa có thay đổi nào').waitFor();
	const { lessons } = await ask(again, `/units/${school}/timetable`);
	assert.deepEqual(
		lessons.map((one) => one.period),
		[1]
	);
	// And what is saved asks nobody.
	let asked = 0;
	again.on('dialog', (dialog) => {
		asked++;
		dialog.accept();
	});
	await Promise.all([again.waitForEvent('close'), again.close({ runBeforeUnload: true })]);
	assert.equal(asked, 0);
	await head.close();
});

for (const size of ['desk', 'phone']) {
	for (const colorScheme of ['light', 'dark']) {
		test(`the timetable is within reach of everybody (${size}, ${colorScheme})`, async () => {
			const { page, close } = await open(browser, size, { colorScheme });
			const school = await clean(page);
			const { classes, teachers } = await ask(page, `/units/${school}/timetables/ground?day=2026-11-02`);
			const slot = (one, room) => ({
				class: one.id,
				day: 2,
				half_day: 'morning',
				period: 1,
				subject: 'toan',
				...(room ? { room, teacher: teachers[0].id } : {})
			});
			await send(page, 'POST', `/units/${school}/timetables`, {
				year: '2026-2027',
				valid_from: '2026-11-02',
				slots: [slot(classes[0], 'Phòng Tin 1'), slot(classes[1])]
			});
			const narrow = async (where) => {
				const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
				assert.ok(wide <= screen, `${where} is ${wide} wide on a screen of ${screen}`);
			};
			for (const [path, words] of [
				['thoi-khoa-bieu', 'Toán'],
				['thoi-khoa-bieu?theo=phong', 'Phòng Tin 1'],
				['thoi-khoa-bieu?theo=ca-truong', 'Toán'],
				['thoi-khoa-bieu/xep', 'Toán']
			]) {
				await page.goto(`/truong/${school}/${path}`);
				await page.locator('main').getByText(words).first().waitFor();
				await quiet(page);
				await check(page, path);
				await narrow(path);
			}
			// A clash and a lesson's own dialog, by touch where there is touch.
			const second = cell(page, 1, 0);
			if (size === 'phone') await second.tap();
			else await second.dblclick();
			const dialog = page.getByRole('dialog');
			await dialog.getByRole('button', { name: /Toán/ }).waitFor();
			await check(page, 'a lesson');
			await dialog.getByRole('button', { name: /Toán/ }).click();
			await second.getByText('Toán', { exact: true }).waitFor();
			await choose(page, classes[1].name);
			if (size === 'phone') await cell(page, 0, 0).tap();
			else await cell(page, 0, 0).dblclick();
			await dialog.getByLabel('Giáo viên').selectOption(teachers[0].id);
			await dialog.getByRole('button', { name: 'Xong' }).click();
			await cell(page, 0, 0).getByText('Trùng giáo viên').waitFor();
			await quiet(page);
			await check(page, 'a clash');
			await narrow('a clash');
			await close();
		});
	}
}

test('the editor brings little', async () => {
	const { page, close } = await open(browser);
	const school = await clean(page);
	await page.goto(`/truong/${school}/thoi-khoa-bieu`);
	await heading(page, 'Thời khoá biểu');
	await quiet(page);
	let bytes = 0;
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	session.on('Network.loadingFinished', (event) => {
		bytes += event.encodedDataLength;
	});
	await page.getByRole('link', { name: 'Xếp thời khoá biểu' }).click();
	await grid(page).waitFor();
	await quiet(page);
	assert.ok(bytes <= 60 * 1024, `${bytes} bytes for the editor`);
	await close();
});
