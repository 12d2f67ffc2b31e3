import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { accountOf, ask, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** A subject that the teacher enters in one of their classes, with its gradebook emptied. */
async function seated(page, nth = 0) {
	await signIn(page, accountOf('teacher'));
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const { schools } = await ask(page, '/me/today');
	const own = [];
	for (const one of schools[0].classes) {
		const { items, semester } = await ask(page, `/schools/${school}/classes/${one.id}/gradebooks`);
		for (const book of items) if (book.enters && book.scored) own.push({ school, one: one.id, subject: book.subject, semester });
	}
	const where = own[nth];
	const path = `/schools/${school}/classes/${where.one}/gradebooks/${where.subject}/${where.semester}`;
	const book = await ask(page, path);
	const marks = book.pupils.flatMap(({ pupil, cells }) =>
		cells.map(({ column, writes }) => ({ pupil, column, seen: writes }))
	);
	if (marks.length > 0) await write(page, path, marks);
	return { ...where, path, book: await ask(page, path) };
}
const write = (page, path, marks) =>
	page.evaluate(
		async ([path, marks]) => {
			const response = await fetch(`/api/v1${path}/marks`, {
				method: 'PATCH',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ marks })
			});
			if (!response.ok) throw new Error(await response.text());
			return response.json();
		},
		[path, marks]
	);
const place = (where) => `/truong/${where.school}/lop/${where.one}/so-diem/${where.subject}?ki=${where.semester}`;
const cell = (page, row, column) => page.locator(`input[data-at="${row} ${column}"]`);
const saved = (page) => page.getByText('Đã lưu', { exact: true }).waitFor();
/** The marks of a column as the server has them, by the order of the class. */
async function column(page, path, code) {
	const { pupils } = await ask(page, path);
	return pupils.map(({ cells }) => cells.find((one) => one.column === code)?.score_hundredths ?? null);
}

test('a column of marks takes a digit or two and Enter each, and is there when the page is read again', async () => {
	const { page, close } = await open(browser);
	const where = await seated(page);
	await page.goto(`/truong/${where.school}/lop/${where.one}?muc=so-diem`);
	await page.getByRole('link', { name: where.book.subject_name, exact: true }).click();
	await heading(page, `${where.book.subject_name} · ${where.book.class_name}`);
	const pupils = where.book.pupils.length;
	await cell(page, 0, 0).focus();
	let keys = 0;
	const typed = [];
	for (let row = 0; row < pupils; row++) {
		const mark = ['85', '7', '10', '65', '0'][row % 5];
		typed.push([850, 700, 1000, 650, 0][row % 5]);
		for (const key of mark) await page.keyboard.press(key);
		await page.keyboard.press('Enter');
		keys += mark.length + 1;
	}
	assert.ok(keys <= pupils + 1 + typed.reduce((all, _, row) => all + ['85', '7', '10', '65', '0'][row % 5].length, 0));
	await saved(page);
	assert.deepEqual(await column(page, where.path, 'r1'), typed);
	await page.reload();
	await page.waitForFunction(() => document.querySelector('input[data-at="0 0"]')?.value === '8,5');
	assert.equal(await cell(page, 2, 0).inputValue(), '10');
	await close();
});

test('what cannot stand is told at the cell, a block is pasted or nothing of it, and taken back', async () => {
	const { page, context, close } = await open(browser);
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	const where = await seated(page, 1);
	await page.goto(place(where));
	await cell(page, 0, 0).focus();
	await page.keyboard.type('10,5');
	await page.keyboard.press('Enter');
	await page.getByRole('alert').getByText('Điểm từ 0 đến 10').waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.dataset.at), '0 0', 'stays where it is wrong');
	await page.keyboard.press('Escape');
	assert.equal(await cell(page, 0, 0).inputValue(), '');

	const paste = async (text) => {
		await page.evaluate((text) => navigator.clipboard.writeText(text), text);
		await cell(page, 0, 0).focus();
		await page.keyboard.press('Control+v');
	};
	const rows = where.book.pupils.length;
	await paste(Array.from({ length: rows + 1 }, () => '8').join('\n'));
	await page.getByText(`chỉ còn ${rows} học sinh`).waitFor();
	await paste('8,0\t7\n6,5\thỏng\n9\t10\n');
	await page.getByText('1 ô dán vào chưa đúng').waitFor();
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 3), [null, null, null]);
	await paste('8,0\t7\r\n6,5\tKP\r\n9\t10\r\n');
	await page.getByText('Đã dán 6 ô.').waitFor();
	await saved(page);
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 4), [800, 650, 900, null]);
	assert.deepEqual((await column(page, where.path, 'r2')).slice(0, 3), [700, null, 1000]);
	await page.keyboard.press('Control+z');
	await page.waitForFunction(() => document.querySelector('input[data-at="0 0"]')?.value === '');
	await saved(page);
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 3), [null, null, null]);
	await page.keyboard.press('Control+y');
	await page.waitForFunction(() => document.querySelector('input[data-at="0 0"]')?.value === '8');
	await saved(page);
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 3), [800, 650, 900]);
	await close();
});

test('the network goes and comes back, and somebody else wrote the same cell: nothing is lost', async () => {
	const { page, context, close } = await open(browser, 'phone');
	const where = await seated(page);
	await page.goto(place(where));
	await cell(page, 0, 0).waitFor();
	await quiet(page);
	// Another window writes a cell of which this one does not hear, being without a network.
	await context.setOffline(true);
	await cell(page, 0, 0).fill('5');
	await cell(page, 0, 0).press('Enter');
	await cell(page, 1, 0).fill('6');
	await cell(page, 1, 0).press('Enter');
	await page.getByText(/ô chưa gửi được, sẽ gửi lại/).waitFor();
	const other = await open(browser);
	await signIn(other.page, accountOf('teacher'));
	await write(other.page, where.path, [
		{ pupil: where.book.pupils[0].pupil, column: 'r1', seen: where.book.pupils[0].cells.find((one) => one.column === 'r1')?.writes ?? 0, score_hundredths: 900 }
	]);
	await other.close();
	await context.setOffline(false);
	await page.getByText('Người khác vừa ghi ô này').waitFor();
	await page.getByText(/đã ghi 9/).waitFor();
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 2), [900, 600]);
	await page.getByRole('button', { name: 'Ghi 5' }).click();
	await saved(page);
	assert.deepEqual((await column(page, where.path, 'r1')).slice(0, 2), [500, 600]);
	await close();
});

test('a gradebook that lacks marks is not handed in; a whole one is, is locked, and opened again', async () => {
	const { page, close } = await open(browser);
	const where = await seated(page, 2);
	const some = where.book.pupils.flatMap(({ pupil, cells }) =>
		where.book.columns
			.filter((one) => !one.may_be_empty)
			.map(({ code }) => ({
				pupil,
				column: code,
				seen: cells.find((one) => one.column === code)?.writes ?? 0,
				score_hundredths: 800
			}))
	);
	await write(page, where.path, some.slice(1));
	await page.goto(place(where));
	await page.getByRole('button', { name: 'Nộp sổ điểm' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Nộp sổ điểm' }).click();
	await dialog.getByText(/Còn thiếu 1 điểm của 1 em/).waitFor();
	await dialog.getByRole('button', { name: 'Huỷ' }).or(dialog.getByRole('button', { name: 'Thôi' })).first().click();
	await cell(page, 0, 0).fill('9');
	await cell(page, 0, 0).press('Enter');
	await saved(page);
	await page.getByRole('button', { name: 'Nộp sổ điểm' }).click();
	await dialog.getByRole('button', { name: 'Nộp sổ điểm' }).click();
	await page.getByText('Đã nộp', { exact: true }).waitFor();
	assert.equal(await page.locator('input[data-at]').count(), 0, 'nothing more is written');

	const head = await open(browser);
	await signIn(head.page, accountOf('head'));
	await head.page.goto(place(where));
	await head.page.getByRole('button', { name: 'Khoá sổ' }).click();
	await head.page.getByRole('dialog').getByRole('button', { name: 'Khoá sổ' }).click();
	await head.page.getByText('Đã khoá', { exact: true }).waitFor();
	await head.page.getByRole('button', { name: 'Mở lại sổ' }).click();
	await head.page.getByRole('dialog').getByLabel('Lí do').fill('Nhập nhầm một em');
	await head.page.getByRole('dialog').getByRole('button', { name: 'Mở lại sổ' }).click();
	await head.page.getByText('Đang ghi', { exact: true }).waitFor();
	await head.close();
	// The teacher's window hears of it.
	await cell(page, 0, 0).waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`gradebooks are within reach of everybody (${size})`, async () => {
		const { page, close } = await open(browser, size);
		const where = await seated(page);
		for (const path of [`/truong/${where.school}/lop/${where.one}?muc=so-diem`, place(where)]) {
			await page.goto(path);
			await page.locator('tbody tr').first().waitFor();
			await quiet(page);
			await check(page, path);
		}
		await close();
	});
}
