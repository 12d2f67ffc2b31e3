import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accounts, heading, launch, mark, open, signIn, unitToInviteTo } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const send = (page, method, path, body) =>
	page.evaluate(
		async ([how, at, what]) => {
			const answer = await fetch(`/api/v1${at}`, {
				method: how,
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(what)
			});
			return answer.json();
		},
		[method, path, body]
	);

const password = 'hoa phuong do 2026';

/** Somebody new with a role at a unit, signed in on a device of their own: nobody else's sign-in is changed. */
async function newcomer(host, size) {
	const unit = await unitToInviteTo(host.page);
	const name = `Khương Thị Khoá ${mark()}`;
	const { items } = await host.page.evaluate(
		async (id) => (await fetch(`/api/v1/roles?unit=${id}`)).json(),
		unit.id
	);
	const role = (items.find((one) => one.code === 'teacher') ?? items[0]).code;
	const { code } = await send(host.page, 'POST', `/units/${unit.id}/invitations`, { display_name: name, role });
	const guest = await open(browser, size);
	await guest.page.goto('/dang-nhap');
	const login = `khoa.${mark()}`;
	await send(guest.page, 'POST', '/invitations/acceptance', { code, login, password });
	await guest.page.goto('/dang-nhap');
	await signIn(guest.page, { login, password });
	return { ...guest, name, login, unit };
}

/** A phone with a fingerprint, as far as the browser can tell. */
async function authenticator({ page, context }) {
	const wire = await context.newCDPSession(page);
	await wire.send('WebAuthn.enable', { enableUI: false });
	const { authenticatorId } = await wire.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
	return {
		keys: async () => (await wire.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
		/** Whether the finger is on it: the browser offers its passkeys to the sign-in page by itself. */
		touch: (enabled) => wire.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
	};
}

/** What an authenticator app shows (RFC 6238) so many steps from now. */
function totp(secret, steps = 0) {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret.replace(/[^A-Z2-7]/g, '')]
		.map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
		.join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
	const digest = createHmac('sha1', key).update(counter).digest();
	const at = digest[19] & 15;
	return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const guard = (page) => page.getByRole('region', { name: 'Bảo vệ đăng nhập' });

async function leave(page) {
	await page.getByRole('button', { name: /^Trình đơn của/ }).click();
	await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
	await heading(page, 'Đăng nhập');
}

async function typeName(page, login) {
	await page.getByLabel('Tên đăng nhập').fill(login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
	await page.keyboard.press('Enter');
}

/** The codes that are shown once. */
async function takeCodes(page) {
	const dialog = page.getByRole('dialog', { name: 'Mã khôi phục của bạn' });
	await dialog.locator('li code').first().waitFor();
	const codes = await dialog.locator('li code').allTextContents();
	assert.equal(new Set(codes).size, 10);
	return { dialog, codes };
}

/** Turns the app on; answers its secret and the recovery codes. */
async function enrolTotp(page) {
	await guard(page).getByRole('button', { name: 'Thiết lập ứng dụng' }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Thiết lập ứng dụng xác thực' });
	const picture = dialog.getByRole('img', { name: 'Mã QR cho ứng dụng xác thực' });
	await picture.waitFor();
	assert.ok(await picture.evaluate((one) => one.complete && one.naturalWidth > 0), 'the QR code is a picture');
	const secret = await dialog.locator('code').textContent();
	return { dialog, secret };
}

/**
 * Ten minutes after signing in the server wants what is sensitive confirmed. Here it is said at once, as often as told;
 * the confirmation and what follows are the server's own. Answers the keys of the requests.
 */
async function unconfirmed(page, address, times = 1) {
	const keys = [];
	let refusals = times;
	await page.route(address, async (route) => {
		if (route.request().method() === 'GET') return route.continue();
		keys.push(route.request().headers()['idempotency-key']);
		if (refusals-- <= 0) return route.continue();
		await route.fulfill({
			status: 403,
			contentType: 'application/problem+json',
			body: JSON.stringify({
				status: 403,
				code: 'session.confirm_first',
				title: 'Cần xác nhận trước',
				detail: 'Việc này cần xác nhận lại.'
			})
		});
	});
	return keys;
}
const asked = (page) => page.getByRole('dialog', { name: 'Xác nhận đó là bạn' });

for (const size of ['desk', 'phone']) {
	test(`an authenticator app: turned on, asked for, and each recovery code opens once (${size})`, async () => {
		const host = await open(browser, size);
		await signIn(host.page);
		const guest = await newcomer(host, size);
		const { page } = guest;
		await page.goto('/tai-khoan');
		await guard(page).getByText('Chỉ mật khẩu bảo vệ tài khoản này').waitFor();

		const { dialog, secret } = await enrolTotp(page);
		const field = dialog.getByLabel('Mã ứng dụng đang hiện');
		await field.fill('000000');
		await dialog.getByText(/chưa đúng|không đúng/i).first().waitFor();
		assert.equal(await field.inputValue(), '', 'a wrong code makes room for the next');
		assert.ok(await field.evaluate((one) => one === document.activeElement), 'and the focus is there');
		const refused = await dialog.locator('#f-code-error').textContent();
		await dialog.getByRole('button', { name: 'Bật ứng dụng xác thực' }).click();
		assert.equal(await dialog.locator('#f-code-error').textContent(), refused, 'the reason stays');
		// The last step's code: the present one is kept for signing in, as none is good twice.
		await page.keyboard.type(totp(secret, -1));
		const { dialog: shown, codes } = await takeCodes(page);
		const [file] = await Promise.all([
			page.waitForEvent('download'),
			shown.getByRole('button', { name: 'Tải tệp chữ' }).click()
		]);
		const text = readFileSync(await file.path(), 'utf8');
		for (const code of codes) assert.ok(text.includes(code));
		assert.ok(text.includes(guest.login));
		await shown.getByRole('button', { name: 'Tôi đã cất các mã' }).click();
		await shown.waitFor({ state: 'detached' });
		await guard(page).getByText('Còn 10 mã').waitFor();
		assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), 'Tạo bộ mã mới');
		await guard(page).getByText('Tài khoản có xác thực hai bước').waitFor();
		assert.equal(await page.getByText(codes[0]).count(), 0, 'they are not shown again');

		// Six digits are enough, with a space as the app shows them.
		await leave(page);
		await typeName(page, guest.login);
		await heading(page, 'Xác thực bước hai');
		const code = page.getByLabel('Mã 6 chữ số');
		assert.ok(await code.evaluate((one) => one === document.activeElement));
		assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
		assert.equal(await code.getAttribute('inputmode'), 'numeric');
		await code.fill('12345');
		await page.keyboard.press('Enter');
		await page.getByText('Mã có 6 chữ số.').first().waitFor();
		await code.fill('000000');
		await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor({ state: 'attached' });
		await page.waitForFunction(() => document.getElementById('f-proof').value === '');
		const why = await page.locator('#f-proof-error').textContent();
		assert.notEqual(why.replace(/^!/, ''), 'Mã có 6 chữ số.');
		await page.getByRole('button', { name: 'Xác nhận', exact: true }).click();
		assert.equal(await page.locator('#f-proof-error').textContent(), why, 'the habitual click leaves the reason');
		const right = totp(secret);
		await code.fill(`${right.slice(0, 3)} ${right.slice(3)}`);
		await heading(page, 'Hôm nay');

		// A recovery code instead of the phone: once.
		await leave(page);
		await typeName(page, guest.login);
		await page.getByRole('button', { name: 'Dùng mã khôi phục' }).click();
		await page.getByLabel('Mã khôi phục').fill(codes[3].toUpperCase());
		await page.keyboard.press('Enter');
		await heading(page, 'Hôm nay');
		await leave(page);
		await typeName(page, guest.login);
		await page.getByRole('button', { name: 'Dùng mã khôi phục' }).click();
		await page.getByLabel('Mã khôi phục').fill(codes[3]);
		await page.keyboard.press('Enter');
		await page.locator('#f-proof-error').waitFor();

		// Back to the name: it is kept, the password is not.
		await page.getByRole('button', { name: 'Đăng nhập bằng tên khác' }).click();
		await heading(page, 'Đăng nhập');
		assert.equal(await page.getByLabel('Tên đăng nhập').inputValue(), guest.login);
		assert.equal(await page.getByLabel('Mật khẩu', { exact: true }).inputValue(), '');
		await typeName(page, guest.login);
		await page.getByRole('button', { name: 'Dùng mã khôi phục' }).click();
		await page.getByLabel('Mã khôi phục').fill(codes[4]);
		await page.keyboard.press('Enter');
		await heading(page, 'Hôm nay');

		await page.goto('/tai-khoan');
		await guard(page).getByText('Còn 8 mã').waitFor();
		await guard(page).getByRole('button', { name: 'Gỡ ứng dụng' }).focus();
		await page.keyboard.press('Enter');
		const removal = page.getByRole('dialog', { name: 'Gỡ ứng dụng xác thực?' });
		await removal.getByText('Đây là yếu tố thứ hai duy nhất').waitFor();
		for (let tabs = 0; tabs < 3; tabs++) {
			if (await removal.evaluate(() => document.activeElement?.textContent === 'Gỡ ứng dụng')) break;
			await page.keyboard.press('Tab');
		}
		// The password alone is no longer enough to confirm it, and a code is good once: the next one is.
		await unconfirmed(page, '**/me/totp');
		await page.keyboard.press('Enter');
		await asked(page).getByLabel('Mã 6 chữ số').waitFor();
		assert.equal(await asked(page).getByRole('button', { name: 'Dùng mật khẩu' }).count(), 0);
		await page.keyboard.type(totp(secret, 1));
		await guard(page).getByText('Chỉ mật khẩu bảo vệ tài khoản này').waitFor();
		await guest.close();
		await host.close();
	});

	test(`a passkey: made, renamed, opens alone and as second step, removed (${size})`, async () => {
		const host = await open(browser, size);
		await signIn(host.page);
		const guest = await newcomer(host, size);
		const { page } = guest;
		const phone = await authenticator(guest);
		await page.goto('/tai-khoan');
		await guard(page).getByRole('button', { name: 'Thêm khoá truy cập' }).click();
		const adding = page.getByRole('dialog', { name: 'Thêm khoá truy cập' });
		const name = adding.getByLabel('Tên của khoá');
		assert.match(await name.inputValue(), /Chrome/, 'a name is proposed from the device');
		await name.fill('Máy thử');
		await adding.getByRole('button', { name: 'Tạo khoá truy cập' }).click();
		const { dialog: shown } = await takeCodes(page);
		assert.equal((await phone.keys()).length, 1);

		// Closed by a slip of the finger, the codes would be lost: the first Escape only says so.
		await page.keyboard.press('Escape');
		await shown.getByText('Đóng bây giờ thì không xem lại được').waitFor();
		await page.keyboard.press('Escape');
		await shown.waitFor({ state: 'detached' });
		await guard(page).getByText('chưa dùng lần nào').waitFor();

		await guard(page).getByRole('button', { name: 'Đổi tên khoá Máy thử' }).click();
		const renaming = page.getByRole('dialog', { name: 'Đổi tên khoá truy cập' });
		await renaming.getByLabel('Tên của khoá').fill('Điện thoại của tôi');
		await page.keyboard.press('Enter');
		await guard(page).getByText('Điện thoại của tôi').waitFor();

		// The same device is not asked for a second key.
		await guard(page).getByRole('button', { name: 'Thêm khoá truy cập' }).click();
		await adding.getByRole('button', { name: 'Tạo khoá truy cập' }).click();
		await adding.getByText('Máy này đã có khoá truy cập').waitFor();
		await adding.getByRole('button', { name: 'Huỷ' }).click();

		// Alone, without a name; the finger comes after the button, and before the stand-in is asked: one that is asked
		// without a finger waits for ever.
		await phone.touch(false);
		const options = '**/session/passkey/options';
		const offered = page.waitForResponse(options);
		await leave(page);
		await offered;
		await page.route(options, async (route) => {
			await phone.touch(true);
			await route.continue();
		});
		await page.getByRole('button', { name: 'Đăng nhập bằng khoá truy cập' }).click();
		await heading(page, 'Hôm nay');
		await page.unroute(options);
		await page.goto('/tai-khoan');
		await guard(page).getByText(/dùng gần nhất/).waitFor();

		// As the second step after the password.
		await phone.touch(false);
		await leave(page);
		await typeName(page, guest.login);
		await heading(page, 'Xác thực bước hai');
		await phone.touch(true);
		await page.getByRole('button', { name: 'Dùng khoá truy cập' }).click();
		await heading(page, 'Hôm nay');

		await page.goto('/tai-khoan');
		await guard(page).getByRole('button', { name: 'Gỡ khoá Điện thoại của tôi' }).click();
		await unconfirmed(page, '**/me/passkeys/*');
		await page.getByRole('dialog').getByRole('button', { name: 'Gỡ', exact: true }).click();
		await asked(page).getByRole('button', { name: 'Dùng khoá truy cập' }).click();
		await guard(page).getByText('Chỉ mật khẩu bảo vệ tài khoản này').waitFor();
		await guest.close();
		await host.close();
	});
}

test('the browser offers a passkey beside the names it fills in', async () => {
	const host = await open(browser);
	await signIn(host.page);
	const guest = await newcomer(host, 'desk');
	const { page } = guest;
	await authenticator(guest);
	await page.goto('/tai-khoan');
	await guard(page).getByRole('button', { name: 'Thêm khoá truy cập' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Tạo khoá truy cập' }).click();
	const { dialog } = await takeCodes(page);
	await dialog.getByRole('button', { name: 'Chép tất cả' }).click();
	await dialog.getByRole('button', { name: 'Tôi đã cất các mã' }).click();
	await page.evaluate(async () => (await fetch('/api/v1/session', { method: 'DELETE' })).status);
	// The stand-in for a person chooses what is offered, without a button or a name.
	await page.goto('/dang-nhap');
	await heading(page, 'Hôm nay');
	await guest.close();
	await host.close();
});

test('what the server wants confirmed is asked for, and then done under the same key; what was typed stays', async () => {
	const host = await open(browser);
	await signIn(host.page);
	const guest = await newcomer(host, 'desk');
	const { page } = host;
	await page.goto(`/don-vi/${guest.unit.id}?muc=nguoi`);
	const keys = await unconfirmed(page, '**/password-renewal', 2);
	await page.getByRole('button', { name: `Hỗ trợ tài khoản của ${guest.name}` }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Cấp lại mật khẩu' }).click();
	const renewal = page.getByRole('dialog', { name: `Cấp lại mật khẩu cho ${guest.name}?` });
	await renewal.getByRole('button', { name: 'Cấp lại mật khẩu' }).click();
	const field = asked(page).getByLabel('Mật khẩu của bạn');
	await field.waitFor();

	// Left: nothing is done, and the act still stands where it stood.
	await page.keyboard.press('Escape');
	await asked(page).waitFor({ state: 'detached' });
	await renewal.getByText('Cần xác nhận trước').waitFor();
	assert.equal(keys.length, 1);

	await renewal.getByRole('button', { name: 'Cấp lại mật khẩu' }).click();
	await field.fill('sai-hoan-toan');
	await page.keyboard.press('Enter');
	await asked(page).locator('#f-proof-error').waitFor();
	await field.fill(accounts[0].password);
	await page.keyboard.press('Enter');
	await page.getByRole('dialog', { name: 'Mật khẩu dùng một lần' }).waitFor();
	assert.equal(keys.length, 3);
	assert.equal(keys[1], keys[2], 'the same request, once');
	await guest.close();
	await host.close();
});

test('a lost phone: another’s second factors are reset, with the login typed and a reason', async () => {
	const host = await open(browser);
	await signIn(host.page);
	const guest = await newcomer(host, 'desk');
	await guest.page.goto('/tai-khoan');
	const { dialog, secret } = await enrolTotp(guest.page);
	await dialog.getByLabel('Mã ứng dụng đang hiện').fill(totp(secret));
	await takeCodes(guest.page);

	const { page } = host;
	await page.goto(`/don-vi/${guest.unit.id}?muc=nguoi`);
	await page.getByRole('button', { name: `Hỗ trợ tài khoản của ${guest.name}` }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Gỡ xác thực hai bước' }).click();
	const reset = page.getByRole('dialog', { name: 'Gỡ xác thực hai bước' });
	await reset.getByLabel('Lý do').fill('Mất điện thoại');
	await reset.getByRole('button', { name: 'Gỡ xác thực hai bước' }).click();
	await reset.getByRole('alert').getByRole('link').first().waitFor();
	await reset.getByLabel('Gõ tên đăng nhập của người đó để xác nhận').fill(guest.login);
	await reset.getByRole('button', { name: 'Gỡ xác thực hai bước' }).click();
	await page.getByText('Đã gỡ xác thực hai bước.').waitFor();

	// The password alone opens again.
	const other = await open(browser);
	await signIn(other.page, { login: guest.login, password });
	await other.close();
	await guest.context.close();
	await host.close();
});

const program = process.env.KHUE_E2E_PROGRAM;
const skip = program ? false : 'KHUE_E2E_PROGRAM names no program; scripts/e2e.sh does';

test('where a second factor is required, nothing else opens before there is one', { skip }, async () => {
	const work = mkdtempSync(join(tmpdir(), 'khue-factors.'));
	const run = (...args) =>
		execFileSync(program, [...args, '--data', join(work, 'data')], { cwd: work, encoding: 'utf8' });
	run('migrate');
	const as = ['--unit', 'so-37', '--role', 'department_admin'];
	const made = run('account', 'create', ...as, '--login', 'quan.tri', '--name', 'Lê Thị Quản Trị');
	const once = /[a-z0-9]{5}(-[a-z0-9]{5}){2}/.exec(made)[0];
	run('account', 'second-factor', '--for', 'everyone');
	const server = spawn(program, ['serve', '--data', join(work, 'data'), '--listen', '127.0.0.1:0'], {
		env: { ...process.env, KHUE_LOG: 'error' },
		cwd: work,
		stdio: ['ignore', 'pipe', 'inherit']
	});
	try {
		let said = '';
		server.stdout.on('data', (part) => (said += part));
		for (const begun = Date.now(); !/127\.0\.0\.1:(\d+)/.test(said); ) {
			assert.equal(server.exitCode, null, said);
			assert.ok(Date.now() - begun < 120_000, 'the server was not ready within two minutes');
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		const { page, close } = await open(browser, 'phone', {
			baseURL: `http://localhost:${/127\.0\.0\.1:(\d+)/.exec(said)[1]}`
		});
		await page.goto('/dang-nhap');
		await page.getByLabel('Tên đăng nhập').fill('quan.tri');
		await page.getByLabel('Mật khẩu', { exact: true }).fill(once);
		await page.keyboard.press('Enter');
		await heading(page, 'Đổi mật khẩu');
		await page.getByLabel('Mật khẩu hiện tại').fill(once);
		await page.getByLabel('Mật khẩu mới').fill(password);
		await page.getByLabel('Gõ lại mật khẩu').fill(password);
		await page.keyboard.press('Enter');
		await heading(page, 'Thêm yếu tố thứ hai');
		await page.goto('/don-vi');
		await heading(page, 'Thêm yếu tố thứ hai');

		await page.getByRole('button', { name: 'Thiết lập ứng dụng' }).click();
		const dialog = page.getByRole('dialog');
		const secret = await dialog.locator('code').textContent();
		await dialog.getByLabel('Mã ứng dụng đang hiện').fill(totp(secret));
		const { dialog: shown } = await takeCodes(page);
		await shown.getByRole('button', { name: 'Chép tất cả' }).click();
		await shown.getByRole('button', { name: 'Tôi đã cất các mã' }).click();
		// Where the person was going.
		await heading(page, 'Đơn vị');

		await page.goto('/tai-khoan');
		await guard(page).getByText('Đơn vị của bạn yêu cầu xác thực hai bước.').waitFor();
		await guard(page).getByRole('button', { name: 'Gỡ ứng dụng' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Gỡ ứng dụng' }).click();
		await page.getByRole('dialog').getByRole('alert').filter({ hasText: /yêu cầu xác thực hai bước/ }).waitFor();
		await close();
	} finally {
		const ended = new Promise((resolve) => server.once('exit', resolve));
		server.kill('SIGTERM');
		await ended;
		rmSync(work, { recursive: true, force: true });
	}
});
