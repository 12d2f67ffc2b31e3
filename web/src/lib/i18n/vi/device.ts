/** What stays on this device: waiting work, installation, a start without a network. */
export default {
	title: 'Việc chờ gửi',
	lead: 'Những việc bạn đã làm mà máy chủ chưa nhận được. Chúng nằm mã hoá trong trình duyệt này và tự gửi khi có mạng.',
	none: 'Mọi việc đã được gửi',
	noneDetail: 'Khi mất mạng, việc bạn làm được giữ ở đây rồi tự gửi sau, đúng thứ tự, không gửi hai lần.',
	off: 'Trình duyệt này không giữ việc khi mất mạng được',
	waiting: 'Chờ gửi',
	sending: 'Đang gửi',
	refused: 'Bị từ chối',
	conflict: 'Người khác đã sửa',
	amendment: 'Đã khoá',
	behind: 'chờ việc phía trên',
	unsure: 'Đã gửi nhưng chưa nhận được trả lời; sẽ hỏi lại, không ghi hai lần.',
	tries: (n: number) => `đã thử ${n} lần`,
	madeAt: (when: string) => `làm lúc ${when}`,
	old: 'Đã chờ hơn 25 ngày. Sau 30 ngày hệ thống không còn nhận ra việc đã gửi: hãy gửi hoặc bỏ việc này sớm.',
	open: 'Xem bản ghi',
	retry: 'Gửi lại',
	anew: 'Chưa ghi, gửi lại',
	compare: 'Xem bản hiện tại',
	present: (what: string) => `Hiện nay: ${what}`,
	overwrite: 'Vẫn ghi việc của tôi',
	overwriteTitle: 'Ghi việc của bạn lên bản hiện tại?',
	overwriteDetail: (now: string, mine: string) =>
		`Người khác đã sửa bản ghi này sau lúc bạn xem. Hiện nay: ${now}. Việc của bạn: ${mine}. Bản của người kia vẫn còn trong lịch sử.`,
	discard: 'Bỏ việc này',
	discardTitle: 'Bỏ việc này?',
	discardDetail: (label: string) => `${label}. Việc chưa được gửi sẽ mất, không lấy lại được.`,
	discardUnsure: (label: string) =>
		`${label}. Việc này có thể đã được ghi trên máy chủ; bỏ ở đây chỉ là không gửi lại nữa. Hãy mở bản ghi xem trước khi bỏ.`,
	discardDo: 'Bỏ',
	discarded: 'Đã bỏ.',
	sendNow: 'Gửi ngay',
	pausedOut: 'Phiên đã hết. Đăng nhập lại thì việc được gửi tiếp.',
	pausedOther:
		'Trình duyệt này đang đăng nhập tài khoản khác ở một thẻ khác. Việc của bạn chỉ được gửi khi chính bạn đăng nhập lại.',
	pausedEnrol: 'Bạn cần thêm yếu tố thứ hai trước. Thêm xong, việc được gửi tiếp.',
	pausedMust: 'Bạn cần đổi mật khẩu trước. Đổi xong, việc được gửi tiếp.',
	refusedUnsure:
		'Lần gửi trước có thể đã được ghi. Khi được phép lại, hãy gửi lại: Khuê hỏi lại, không ghi hai lần.',
	unreadable: (n: number) => `${n} việc không đọc lại được`,
	unreadableDetail:
		'Khoá của trình duyệt để mở những việc này đã mất (dữ liệu trang bị xoá một phần, hoặc tệp bị hỏng), nên không gửi được nữa. Hãy làm lại những việc đó.',
	unreadableDrop: 'Bỏ những việc này',
	unreadableTitle: (n: number) => `Bỏ ${n} việc không đọc được?`,
	unreadableDropDetail: 'Chúng không mở được nữa bằng bất cứ cách nào.',
	full: 'Máy hết chỗ: việc mới chưa giữ được. Hãy gửi hoặc bỏ bớt việc đang chờ, hoặc xoá bớt tệp trong máy.',
	newer: 'Việc chờ gửi do phiên bản Khuê mới hơn ghi. Hãy tải lại trang.',
	unavailable:
		'Trình duyệt không mở được chỗ giữ việc. Khuê không xoá gì: việc đang chờ vẫn nằm trong máy, và Khuê tự thử mở lại. Trong lúc này việc mới chưa giữ được.',
	look: 'Thử mở lại',
	begin: 'Bắt đầu lại…',
	beginTitle: 'Bắt đầu lại với chỗ giữ việc trống?',
	beginDetail:
		'Mọi việc chưa gửi nằm trong chỗ cũ sẽ mất hẳn, không lấy lại được, kể cả những việc Khuê chưa đọc được để kể ra đây. Chỉ làm khi đã thử mở lại, khởi động lại trình duyệt mà vẫn không được.',
	beginDo: 'Bỏ việc cũ, bắt đầu lại',
	begun: 'Đã có chỗ giữ việc mới.',
	beginFailed: 'Trình duyệt chưa cho bắt đầu lại. Hãy đóng các thẻ Khuê khác rồi thử lại.',
	expiredTitle: 'Để quá lâu',
	expiredDetail:
		'Việc này đã gửi hơn 30 ngày trước mà chưa có trả lời, nên có thể đã được ghi rồi. Hãy mở bản ghi xem: đã có thì bỏ việc này, chưa có thì gửi lại.',

	otherTitle: (name: string) => `Trình duyệt này nay đăng nhập ${name}`,
	otherUnknown: 'Trình duyệt này nay đăng nhập tài khoản khác',
	otherDetail: (mine: string) =>
		`Có người đã đăng nhập tài khoản khác ở một thẻ khác, còn trang này là của ${mine}. Việc vừa rồi chưa được ghi dưới tên ai.`,
	otherKept: (n: number, mine: string) =>
		`${n} việc của ${mine} được giữ trong máy, mã hoá; chỉ gửi khi ${mine} đăng nhập lại ở đây.`,
	otherTyped: 'Chữ đang nhập ở trang này chưa được lưu: hãy chép lại trước khi rời trang nếu còn cần.',
	otherGo: (name: string) => `Làm tiếp với ${name}`,
	otherSignIn: (mine: string) => `Đăng nhập lại ${mine}`,
	otherStay: 'Ở lại trang này',

	keep: 'Giữ lại, gửi khi có mạng',
	keepDetail: 'Khuê giữ việc này trong máy, mã hoá, và tự gửi khi máy chủ trả lời.',
	keptNote: 'Đã giữ trong máy; sẽ tự gửi khi có mạng.',
	arrived: (n: number) => (n === 1 ? 'Một việc chờ đã được gửi.' : `${n} việc chờ đã được gửi.`),
	keepFailed: 'Chưa giữ được việc này trong máy. Đừng đóng trang; hãy thử lại khi có mạng.',
	renamed: (from: string, to: string) => `Đổi tên “${from}” thành “${to}”`,

	leaveTitle: (n: number) => `Còn ${n} việc chưa gửi`,
	leaveDetail:
		'Máy chủ chưa nhận những việc này. Nếu đăng xuất mà giữ lại, chúng nằm mã hoá trong trình duyệt này và chỉ được gửi khi chính bạn đăng nhập lại ở đây; người khác đăng nhập không thấy chúng.',
	leaveSee: 'Xem các việc',
	leaveKeep: 'Giữ lại và đăng xuất',
	leaveDrop: 'Bỏ hết và đăng xuất',
	leaveSent: 'Đã gửi hết. Bạn có thể đăng xuất.',
	leave: 'Đăng xuất',
	leaveDropped: (n: number) => `Bỏ ${n} việc chưa gửi, không lấy lại được?`,

	fresh: 'Có phiên bản mới của Khuê',
	freshDetail: 'Tải lại để dùng. Cứ làm nốt việc đang dở; bản cũ vẫn chạy.',
	reload: 'Tải lại',
	reloadTitle: 'Trang này còn chữ bạn đang nhập',
	reloadDetail: 'Tải lại bây giờ thì những chữ chưa lưu mất. Lưu xong rồi hãy tải lại.',
	reloadStill: 'Vẫn tải lại',
	later: 'Để sau',

	offlineTitle: 'Đang mất mạng',
	unreachableTitle: 'Chưa gọi được máy chủ',
	offlineLead: 'Khuê đã mở trên máy này nhưng cần mạng để lấy dữ liệu. Có mạng lại, trang tự mở tiếp.',
	unreachableLead:
		'Khuê đã mở trên máy này, máy có mạng nhưng máy chủ chưa trả lời. Khi máy chủ trả lời, trang tự mở tiếp.',
	trying: 'Đang thử lại…',

	here: 'Khuê trên máy này',
	install: 'Cài Khuê vào máy',
	installDetail: 'Mở từ màn hình chính như một ứng dụng, khởi động được cả khi mất mạng.',
	installDo: 'Cài vào máy',
	installed: 'Đã cài trên máy này.',
	installByHand: 'Trên iPhone, iPad: bấm nút Chia sẻ của Safari, chọn “Thêm vào MH chính”.',
	installLater:
		'Trình duyệt này chưa mời cài. Nếu có, mục “Cài ứng dụng” nằm trong trình đơn của trình duyệt.',
	offlineReady: 'Khởi động được khi mất mạng; việc làm lúc mất mạng được giữ và gửi sau.',
	offlineSoon: 'Đang tải phần cần để khởi động khi mất mạng…',
	insecure:
		'Địa chỉ này không dùng kết nối an toàn (https), nên trình duyệt không cho cài vào máy, khởi động khi mất mạng hay giữ việc chờ gửi. Hãy báo người quản trị máy chủ bật https.',
	unsupported:
		'Trình duyệt này không hỗ trợ khởi động khi mất mạng. Hãy dùng bản mới của Chrome, Edge, Firefox hoặc Safari.'
};
