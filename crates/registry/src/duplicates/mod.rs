//! Duplicates: records that may be of one human being. They are found by a job, put to a steward with what speaks for and
//! against, and merged by a redirect that rewrites nothing and can be taken back.

pub mod across;
pub mod find;
pub mod list;
pub mod merge;
pub mod reopen;
pub mod resolve;
pub mod score;
pub mod search;
pub mod sides;
pub mod store;
pub mod tell_apart;
pub mod view;

use base::{Code, Instant, Kind, PersonId};
use serde::Serialize;
use utoipa::ToSchema;

pub use score::Reason;

base::typed_id! {
    /// Two records that may be of one human being (cặp nghi trùng).
    DuplicateId,
}

/// The pair is not there, or not the actor's to see.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "duplicate.not_found", "Không tìm thấy cặp nghi trùng");
/// One of the two is held by schools where the actor may not change anything.
pub const ELSEWHERE: Code = Code::new(Kind::Forbidden, "duplicate.elsewhere", "Một hồ sơ thuộc trường khác");
/// It was decided already.
pub const DECIDED: Code = Code::new(Kind::Conflict, "duplicate.decided", "Cặp này đã có kết luận");
/// It is open: there is nothing to take back.
pub const OPEN: Code = Code::new(Kind::Conflict, "duplicate.open", "Cặp này chưa có kết luận");
/// Both are pupils somewhere now: merging them asks first.
pub const BOTH_ENROLLED: Code = Code::new(Kind::Conflict, "duplicate.both_enrolled", "Cả hai đang học");
/// One of the two was merged into somebody else meanwhile.
pub const MERGED: Code = Code::new(Kind::Conflict, "duplicate.merged", "Hồ sơ đã gộp vào hồ sơ khác");

/// The refusal of a pair that is not there.
#[must_use]
pub fn not_found() -> base::Error {
    NOT_FOUND.error("Không tìm thấy cặp hồ sơ nghi trùng này, hoặc ngoài phạm vi của bạn. Hãy tải lại danh sách.")
}

/// Decides over a pair, and answers with it.
async fn decided(
    app: &http::App,
    ctx: &base::Ctx,
    act: impl Fn(&mut db::Tx<'_>) -> base::Result<DuplicateRow> + Send + 'static,
) -> http::Answer<http::Tagged<DuplicateRow>> {
    let row = app.db().write(ctx, act).await?;
    Ok(http::Tagged::new(row.version, row))
}

/// Whether, and how, a pair was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DuplicateState)]
pub enum State {
    /// Nobody has decided.
    #[default]
    Open,
    /// One human being: merged.
    Same,
    /// Two: not asked about again.
    Different,
}

impl State {
    /// As the table has it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Same => "same",
            Self::Different => "different",
        }
    }
}

/// One reason, with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicateReasonView)]
pub struct ReasonView {
    /// Stable code.
    pub code: Reason,
    /// In Vietnamese.
    #[schema(example = "Họ tên giống nhau, một bên gõ không dấu")]
    pub text: &'static str,
}

/// A school that holds a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicateHolder)]
pub struct Holder {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: base::UnitId,
    /// Its whole name.
    pub name: String,
}

/// One of two records. Of one that is out of reach nothing is told but the schools that hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicateSide)]
pub struct SideView {
    /// Who, where in reach.
    pub person: Option<PersonView>,
    /// The schools that hold it.
    pub held_by: Vec<Holder>,
}

/// What is basic about somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicatePerson)]
pub struct PersonView {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// What is known of the birth.
    #[schema(example = "2014-03-26")]
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// The sector's code of a pupil.
    pub pupil_code: Option<String>,
    /// Into whom the record was merged.
    #[schema(value_type = Option<base::Uuid>)]
    pub merged_into: Option<PersonId>,
}

/// A pair in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DuplicateRow {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: DuplicateId,
    /// How alike the two are, 0 to 100; `null` where one is out of reach.
    #[schema(example = 88)]
    pub score: Option<i64>,
    /// What speaks for and against; empty where one is out of reach.
    pub reasons: Vec<ReasonView>,
    /// Whether it was decided.
    pub state: State,
    /// The one.
    pub one: SideView,
    /// The other.
    pub other: SideView,
    /// Whose record stays, of those that were merged.
    #[schema(value_type = Option<base::Uuid>)]
    pub kept: Option<PersonId>,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    pub found_at: Instant,
    /// When it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Whether whoever asks may decide.
    pub may_decide: bool,
    /// Its version.
    pub version: i64,
}
