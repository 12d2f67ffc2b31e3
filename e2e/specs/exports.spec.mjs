import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accounts, ask, heading, launch, mark, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const by = (role) => accounts.find((one) => one.role === role);

/** Sends as whoever is signed in on this page. */
const send = (page, method, path, body, version) =>
	page.evaluate(
		async ([method, path, body, version]) => {
			const headers = { 'content-type': 'application/json', ...(version && { 'if-match': `"${version}"` }) };
			const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
			return { status: answer.status, body: await answer.json() };
		},
		[method, path, body, version]
	);

/** A class of this test's own with a pupil and a mother, at the school of whoever is signed in. */
async function pupilOf(page) {
	const school = (await ask(page, '/me')).grants[0].unit;
	const code = `6${mark().slice(-5)}`;
	const made = await send(page, 'POST', `/schools/${school.id}/classes`, {
		year: (await ask(page, `/schools/${school.id}/classes`)).year,
		code,
		grade: '6'
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	const pupil = await send(page, 'POST', `/schools/${school.id}/pupils`, {
		pupil: { full_name: `Lê Thị ${code}`, birth: '2014-03-26', sex: '2' },
		from: new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10),
		class: made.body.id,
		relatives: [{ relation: 'mother', full_name: `Trần Thị Mẹ ${code}`, birth: '1985', phone: '0912345678' }]
	});
	assert.equal(pupil.status, 201, JSON.stringify(pupil.body));
	return { school, code, className: `Lớp ${code}`, name: `Lê Thị ${code}`, pupil: pupil.body };
}

const rowOf = (page, purpose) => page.getByRole('row').filter({ hasText: purpose });

test('a short list leaves at once, a private one when a second person approved it', async () => {
	const clerk = await open(browser);
	await signIn(clerk.page, by('clerk'));
	const { school, className, name } = await pupilOf(clerk.page);
	const address = `/truong/${school.id}/xuat-du-lieu`;
	await clerk.page.goto(address);
	await heading(clerk.page, 'Xuất dữ liệu');
	const purpose = (text) => `${text} ${mark()}`;

	// By the keyboard alone: the class's list with what is basic.
	await clerk.page.getByRole('button', { name: 'Xuất danh sách' }).focus();
	await clerk.page.keyboard.press('Enter');
	let dialog = clerk.page.getByRole('dialog', { name: 'Xuất danh sách' });
	await dialog.getByLabel('Mục đích').waitFor();
	await clerk.page.keyboard.type('ngắn');
	await clerk.page.keyboard.press('Enter');
	await dialog.getByText('Hãy ghi rõ mục đích, ít nhất 10 chữ cái.').first().waitFor();
	const first = purpose('Gửi danh sách lớp cho câu lạc bộ');
	await dialog.getByLabel('Mục đích').fill(first);
	await dialog.getByRole('checkbox', { name: className }).check();
	const [file] = await Promise.all([
		clerk.page.waitForEvent('download'),
		dialog.getByRole('button', { name: 'Xuất', exact: true }).click()
	]);
	assert.match(file.suggestedFilename(), /^hoc-sinh-.*\.xlsx$/);
	assert.equal(
		readFileSync(await file.path())
			.subarray(0, 2)
			.toString(),
		'PK'
	);
	await rowOf(clerk.page, first).getByText('Tải được').filter({ visible: true }).waitFor();

	// A telephone in it: it waits, and not for oneself.
	await clerk.page.getByRole('button', { name: 'Xuất danh sách' }).click();
	dialog = clerk.page.getByRole('dialog', { name: 'Xuất danh sách' });
	const second = purpose('Liên hệ gia đình khi có bão');
	await dialog.getByLabel('Mục đích').fill(second);
	await dialog.getByRole('checkbox', { name: className }).check();
	await dialog.getByRole('checkbox', { name: 'Số điện thoại' }).check();
	await dialog.getByText('Yêu cầu sẽ chờ người thứ hai có quyền duyệt').waitFor();
	await dialog.getByRole('button', { name: 'Xuất', exact: true }).click();
	await rowOf(clerk.page, second).getByText('Chờ duyệt').filter({ visible: true }).waitFor();
	assert.equal(await rowOf(clerk.page, second).getByRole('button', { name: 'Tải về' }).count(), 0);

	const head = await open(browser, 'phone');
	await signIn(head.page, by('head'));
	await head.page.goto(`${address}?xem=cho`);
	await head.page.getByRole('link', { name: `Xem yêu cầu: ${second}` }).click();
	const review = head.page.getByRole('dialog', { name: 'Yêu cầu xuất danh sách' });
	await review.getByText('Số điện thoại').waitFor();
	await review.getByRole('button', { name: 'Từ chối' }).click();
	await review.getByLabel('Lý do từ chối').waitFor();
	await review.getByRole('button', { name: 'Từ chối' }).click();
	await review.getByText('Hãy ghi lý do từ chối').first().waitFor();
	await review.getByRole('button', { name: 'Duyệt', exact: true }).click();
	await head.page.getByText('Đã duyệt. Người xin tải được ngay.').waitFor();

	// Nobody reloads: the clerk's page hears of it.
	const [taken] = await Promise.all([
		clerk.page.waitForEvent('download'),
		rowOf(clerk.page, second).getByRole('button', { name: 'Tải về' }).click()
	]);
	assert.ok(readFileSync(await taken.path()).length > 2_000);
	assert.ok(name);
	await clerk.close();
	await head.close();
});

test('a family sees on a phone who looked at its child’s record, and no more once it is not linked', async () => {
	const clerk = await open(browser);
	await signIn(clerk.page, by('clerk'));
	const { school, name, pupil } = await pupilOf(clerk.page);
	const at = `/schools/${school.id}/pupils/${pupil.id}`;
	const linked = await send(
		clerk.page,
		'PUT',
		`${at}/relatives/mother/account`,
		{ login: by('guardian').login },
		pupil.version
	);
	assert.equal(linked.status, 200, JSON.stringify(linked.body));
	await ask(clerk.page, `${at}?protected=true`);

	const family = await open(browser, 'phone');
	await signIn(family.page, by('guardian'));
	await family.page.getByRole('link', { name: 'Con tôi' }).click();
	await family.page.goto(`/con-toi/${pupil.id}`);
	await heading(family.page, name);
	const mine = family.page.getByRole('listitem').filter({ hasText: 'Văn thư, giáo vụ' });
	await mine.getByText('Giấy tờ, điện thoại, thư điện tử').waitFor();
	await mine.getByText('Tài khoản của gia đình').waitFor();
	assert.equal(await family.page.getByText('0912345678').count(), 0);
	assert.equal(await family.page.getByText(by('clerk').display_name).count(), 0, 'roles, no names');
	await family.page.getByRole('radio', { name: '7 ngày' }).click();
	await mine.waitFor();

	const ended = await send(
		clerk.page,
		'DELETE',
		`${at}/relatives/mother/account`,
		undefined,
		linked.body.version
	);
	assert.equal(ended.status, 200, JSON.stringify(ended.body));
	await family.page.reload();
	await family.page.getByText('Không tìm thấy học sinh này trong những học sinh').waitFor();
	await clerk.close();
	await family.close();
});

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function check(page, where) {
	await quiet(page);
	const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
	assert.deepEqual(
		violations.map(
			({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`
		),
		[]
	);
}

for (const size of ['desk', 'phone']) {
	for (const colorScheme of ['light', 'dark']) {
		test(`axe finds nothing in exports and in the glass (${size}, ${colorScheme})`, async () => {
			const clerk = await open(browser, size, { colorScheme });
			await signIn(clerk.page, by('clerk'));
			const { school, pupil, name } = await pupilOf(clerk.page);
			const purpose = `Danh sách gửi công an phường ${mark()}`;
			const columns = ['full_name', 'residence'];
			await send(clerk.page, 'POST', `/schools/${school.id}/exports`, { what: 'pupils', purpose, columns });
			const address = `/truong/${school.id}/xuat-du-lieu`;
			await clerk.page.goto(address);
			await rowOf(clerk.page, purpose).waitFor();
			await check(clerk.page, 'exports');
			await clerk.page.goto(`${address}?lam=xin`);
			await clerk.page.getByRole('dialog').waitFor();
			await check(clerk.page, 'asking');
			await clerk.page.goto(`/truong/${school.id}/hoc-sinh/${pupil.id}?muc=gia-dinh`);
			await clerk.page.getByRole('button', { name: 'Gắn tài khoản' }).click();
			await clerk.page.getByRole('dialog').waitFor();
			await check(clerk.page, 'linking an account');
			await clerk.page.getByLabel('Tên đăng nhập của phụ huynh').fill(by('guardian').login);
			await clerk.page.getByRole('dialog').getByRole('button', { name: 'Gắn tài khoản' }).click();
			await clerk.page.getByText(by('guardian').login).waitFor();
			await clerk.close();

			const head = await open(browser, size, { colorScheme });
			await signIn(head.page, by('head'));
			await head.page.goto(`${address}?xem=cho`);
			await head.page.getByRole('link', { name: `Xem yêu cầu: ${purpose}` }).click();
			await head.page.getByRole('dialog').getByRole('button', { name: 'Từ chối' }).click();
			await check(head.page, 'reviewing');
			await head.page.goto(`/truong/${school.id}/hoc-sinh/${pupil.id}?muc=ai-da-xem`);
			await head.page.getByText('Văn thư, giáo vụ').first().waitFor();
			await check(head.page, 'who looked');
			await head.close();

			const family = await open(browser, size, { colorScheme });
			await signIn(family.page, by('guardian'));
			await family.page.goto(`/con-toi/${pupil.id}`);
			await heading(family.page, name);
			await check(family.page, 'the glass');
			await family.close();
		});
	}

	test(`exports and the glass come in at most 60 KB and 6 requests, and nothing moves (${size})`, async (t) => {
		for (const [role, link, title] of [
			[
				'head',
				async (page) => `/truong/${(await ask(page, '/me')).grants[0].unit.id}/xuat-du-lieu`,
				'Xuất dữ liệu'
			],
			['guardian', async (page) => `/con-toi/${(await ask(page, '/me/children'))[0].pupil}`, null]
		]) {
			const { page, context, close } = await open(browser, size);
			await page.addInitScript(() => {
				globalThis.moved = 0;
				new PerformanceObserver((list) => {
					for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.moved += entry.value;
				}).observe({ type: 'layout-shift', buffered: true });
			});
			await signIn(page, by(role));
			const to = await link(page);
			await quiet(page);
			const wire = await context.newCDPSession(page);
			await wire.send('Network.enable');
			let bytes = 0;
			let requests = 0;
			wire.on('Network.requestWillBeSent', ({ request }) => {
				if (
					request.url.startsWith('http') &&
					/\/api\/v1\//.test(request.url) &&
					!request.url.includes('/events')
				)
					requests++;
			});
			wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
				bytes += encodedDataLength;
			});
			// As a link inside the client goes.
			await page.evaluate((to) => {
				const a = document.createElement('a');
				a.href = to;
				document.querySelector('main')?.append(a);
				a.click();
				a.remove();
			}, to);
			await page.waitForURL(`**${to}`);
			if (title) await heading(page, title);
			else await page.getByText('Mỗi lần có người mở hay sửa hồ sơ').waitFor();
			await quiet(page);
			t.diagnostic(`${role} ${size}: ${(bytes / 1024).toFixed(1)} KB, ${requests} requests`);
			assert.ok(bytes <= 60 * 1024, `${bytes} bytes`);
			assert.ok(requests <= 6, `${requests} requests`);
			assert.equal(await page.evaluate(() => globalThis.moved), 0);
			await close();
		}
	});
}
