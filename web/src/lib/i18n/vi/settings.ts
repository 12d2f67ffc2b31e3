// The server's own words for each setting are Vietnamese.
const names: Record<string, string> = {};
const rooms: Record<string, string> = { mail: 'Thư điện tử', sign_in: 'Đăng nhập' };
const leads: Record<string, string> = {
	mail: 'Máy chủ gửi thư của đơn vị. Đơn vị không tự đặt máy chủ thì dùng chung của cấp trên, kể cả mật khẩu.',
	sign_in:
		'Điều cấp trên yêu cầu thì đơn vị không nới lỏng được: trong các mức đang áp dụng, mức chặt nhất có hiệu lực.'
};
const choices: Record<string, string> = {
	'sign_in.second_factor.off': 'Không bắt buộc',
	'sign_in.second_factor.administrators': 'Người cấp quyền hoặc đổi thiết lập',
	'sign_in.second_factor.everyone': 'Mọi người',
	'mail.smtp_security.tls': 'TLS (thường là cổng 465)',
	'mail.smtp_security.starttls': 'STARTTLS (thường là cổng 587)',
	'mail.smtp_security.none': 'Không mã hoá (chỉ khi máy chủ thư ở cùng máy này)'
};
const hints: Record<string, string> = {
	'mail.smtp_host': 'Ví dụ: smtp.truong.edu.vn',
	'mail.smtp_port': 'Không đặt riêng thì dùng cổng thường dùng của cách mã hoá',
	'mail.from': 'Ví dụ: Trường THCS A <truong@tinh.edu.vn>',
	'mail.smtp_password': 'Giữ ở dạng mã hoá, không hiện lại cho ai'
};

export default {
	names,
	rooms,
	leads,
	choices,
	hints,
	title: 'Thiết lập',
	unit: 'Đơn vị',
	of: (unit: string) => `Thiết lập của ${unit}`,
	none: 'Không có đơn vị nào để thiết lập',
	noneDetail: 'Thiết lập do hiệu trưởng, quản trị trường hoặc quản trị Sở đổi.',
	toUnit: 'Xem đơn vị',
	notSet: 'Chưa đặt',
	isSet: 'Đã đặt, không hiện',
	yes: 'Có',
	no: 'Không',
	own: 'Riêng của đơn vị',
	above: (unit: string) => `Theo ${unit}`,
	installation: 'Chung của máy chủ',
	byDefault: 'Mặc định',
	idle: (value: string, lead: string) =>
		`Đơn vị có đặt “${value}” nhưng chưa dùng, vì chưa đặt riêng: ${lead}.`,
	idleSecret: (lead: string) => `Đơn vị có đặt nhưng chưa dùng, vì chưa đặt riêng: ${lead}.`,
	idleStricter: (value: string) =>
		`Đơn vị có đặt “${value}” nhưng chưa dùng, vì mức của cấp trên hoặc của máy chủ chặt hơn.`,
	change: 'Đổi',
	changeLabel: (name: string) => `Đổi: ${name}`,
	changeTitle: (name: string) => name,
	value: 'Giá trị',
	newSecret: 'Mật khẩu mới',
	between: (least: string, most: string) => `Số nguyên từ ${least} đến ${most}`,
	whole: (least: string, most: string) => `Hãy nhập một số nguyên từ ${least} đến ${most}.`,
	yourOwn: 'Từ nay đơn vị dùng giá trị này, và các đơn vị bên dưới không đặt riêng cũng dùng theo.',
	strictestHolds:
		'Là mức tối thiểu của đơn vị và các đơn vị bên dưới. Cấp trên yêu cầu chặt hơn thì vẫn theo cấp trên.',
	counting: 'Đang đếm số người phải theo…',
	notCounted: 'Chưa đếm được bao nhiêu người phải theo mức này.',
	heldNobody: 'Hiện chưa có ai thuộc diện phải theo mức này.',
	heldAll: (people: string) => `Áp dụng cho ${people} người. Không ai phải làm thêm gì.`,
	held: (people: string, act: string) =>
		`Áp dụng cho ${people} người. ${act} người chưa có yếu tố thứ hai: trong vòng 5 phút, hoặc ở lần đăng nhập tới, họ phải thêm rồi mới làm tiếp được.`,
	heldYou: 'Trong đó có bạn.',
	retype: (names: string) => `Đổi hoặc bỏ giá trị này thì phải nhập lại: ${names}.`,
	remove: 'Bỏ giá trị riêng',
	removeLabel: (name: string) => `Bỏ giá trị riêng: ${name}`,
	removeTitle: (name: string) => `Bỏ giá trị riêng: ${name}?`,
	removeDetail:
		'Đơn vị dùng lại giá trị của cấp trên, hoặc giá trị mặc định. Muốn đặt lại thì phải nhập lại.',
	saved: 'Đã lưu thiết lập.',
	removed: 'Đã bỏ giá trị riêng.',
	tryMail: 'Gửi thư thử',
	tryTitle: 'Gửi một thư thử',
	tryLead: 'Khuê gửi theo thiết lập đang có hiệu lực ở trên rồi báo kết quả ngay tại đây.',
	to: 'Gửi đến địa chỉ',
	send: 'Gửi',
	sending: 'Đang gửi…',
	sent: 'Máy chủ thư đã nhận thư. Hãy xem hộp thư đến, cả mục thư rác.',
	keptHere: 'Thư không ra khỏi máy chủ này',
	notSent: 'Chưa gửi được',
	willRetry: 'Khuê sẽ tự gửi lại; xem ở trang Việc chạy nền.',
	toJobs: 'Mở Việc chạy nền',
	sendAgain: 'Gửi thư khác'
};
