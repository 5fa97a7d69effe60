/* SPDX-License-Identifier: BSD-3-Clause */
#include "consent_dialog.h"

#include <QtCore/qdir.h>
#include <QtCore/qpointer.h>
#include <QtGui/qscreen.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qscrollarea.h>

#include <qi/plugin_manager.hpp>

#include "plain_text.h"
#include "theme.h"
#include "values.h"

namespace qi
{

static QString utf8(const char *text)
{
    return QString::fromUtf8(text ? text : "");
}

/* In groups, which can be compared by eye, and between which lines can break. */
static QString grouped(const QString &digits)
{
    QStringList groups;

    for (qsizetype i = 0; i < digits.size(); i += 8)
        groups += digits.mid(i, 8);
    return groups.join(QLatin1Char(' '));
}

/* Who wrote it, as the manifest has it; nobody has checked that. */
static QString authorsOf(const char *id)
{
    values::Owned info;
    qi_runtime *runtime = qi_runtime_current();

    if (!runtime || !id || qi_plugin_describe(runtime, id, info.out()) != QI_OK)
        return {};
    QStringList authors;
    for (const QString &author : values::texts(info.get(), "authors"))
        authors += plain::line(author);
    return authors.join(QStringLiteral(", "));
}

/* The folder of the plugin that the user has agreed to, where it is another one. */
static QString agreedFolder(const qi_plugin_consent &consent)
{
    static const QString begin = QStringLiteral("agreed to: ");
    const QString told = consent.count ? utf8(consent.files_changed[0]) : QString();

    return utf8(consent.reason) == QLatin1String("elsewhere") && told.startsWith(begin)
               ? told.mid(begin.size())
               : QString();
}

static constexpr int longestName = 60, longestPath = 5000;

/* A label that wraps and is never cut, whatever else the layout has to give room to. */
class WholeLabel : public QLabel
{
  public:
    using QLabel::QLabel;

  protected:
    void resizeEvent(QResizeEvent *event) override
    {
        QLabel::resizeEvent(event);
        setMinimumHeight(heightForWidth(width()));
    }
};

static int widthOn(const QWidget *widget)
{
    return qMin(widget->fontMetrics().averageCharWidth() * 64,
                widget->screen()->availableGeometry().width() * 9 / 10);
}

ConsentDialog::ConsentDialog(const qi_plugin_consent &consent, QWidget *parent) : QDialog(parent)
{
    const bool isElsewhere = !agreedFolder(consent).isEmpty();
    const bool isChanged = !isElsewhere &&
                           (consent.count > 0 ||
                            utf8(consent.reason).startsWith(QLatin1String("changed")));
    const QString id = utf8(consent.id), name = utf8(consent.name);
    const QString title = plain::isSeen(name) ? name : id;

    setWindowTitle(isChanged ? tr("Plugin has changed") : tr("Enable plugin"));
    auto *column = new QVBoxLayout(this);
    column->addWidget(headline(id, isChanged, isElsewhere));
    column->addWidget(middle(consent, title), 1);
    auto *warning = new WholeLabel(
        tr("A plugin can do everything that this application can: read, "
           "change and delete your files, use "
           "the network, and start programs. Nothing restrains it. Enable "
           "it only if you trust where it "
           "came from."),
        this);
    warning->setObjectName(QStringLiteral("warning"));
    warning->setWordWrap(true);
    column->addWidget(warning);
    column->addWidget(buttons());
    setMinimumWidth(widthOn(this));
}

/* What the plugin says. It has the height that it needs, as far as the screen has it. */
QWidget *ConsentDialog::middle(const qi_plugin_consent &consent, const QString &title)
{
    auto *area = new QScrollArea(this);
    auto *page = new QWidget;
    auto *column = new QVBoxLayout(page);
    auto *facts = new QFormLayout;
    const QString id = utf8(consent.id);

    column->setContentsMargins(0, 0, 0, 0);
    facts->setLabelAlignment(Qt::AlignLeft);
    addFact(facts, tr("Name:"), title == id ? id : QStringLiteral("%1 (%2)").arg(title, id));
    addFact(facts, tr("Version:"), utf8(consent.version));
    addFact(facts, tr("Says it is by:"), authorsOf(consent.id));
    addFact(facts, tr("Folder:"), QDir::toNativeSeparators(utf8(consent.folder)), longestPath);
    addFact(facts, tr("Allowed so far:"), QDir::toNativeSeparators(agreedFolder(consent)),
            longestPath);
    addFact(facts, tr("Fingerprint:"), grouped(utf8(consent.hash)));
    column->addLayout(facts);
    if (consent.count > 0 && agreedFolder(consent).isEmpty())
        column->addWidget(changedFiles(consent));
    column->addStretch();
    area->setObjectName(QStringLiteral("facts"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setWidget(page);
    const int needed = column->totalHeightForWidth(widthOn(this) - 2 * fontMetrics().height());
    area->setMinimumHeight(qMin(needed, screen()->availableGeometry().height() / 3));
    return area;
}

/* The sentence is ours, so it calls the plugin by its id, which is plain letters, digits, - and _. Of a name, whatever is
 * left out of it, something may still look like a quotation mark, and go on behind that as if it were we who speak. */
QWidget *ConsentDialog::headline(const QString &id, bool isChanged, bool isElsewhere)
{
    auto *line = new QWidget(this);
    auto *row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    auto *picture = new QLabel(line);
    picture->setPixmap(theme::icon(theme::Icon::Warning).pixmap(QSize(40, 40), devicePixelRatioF()));
    auto *question = new WholeLabel(QString(), line);
    const QString called = plain::breakable(plain::line(id, longestName));
    question->setObjectName(QStringLiteral("question"));
    question->setTextFormat(Qt::PlainText);
    question->setWordWrap(true);
    question->setText(
        isChanged ? tr("The files of the plugin “%1” have changed since you allowed it. "
                       "Allow it to run as it is now?")
                        .arg(called)
        : isElsewhere ? tr("You have allowed the plugin “%1” that is in another folder. "
                           "Allow the one in this folder to run?")
                            .arg(called)
                      : tr("Allow the plugin “%1” to run?").arg(called));
    QFont font = question->font();
    font.setBold(true);
    font.setPointSizeF(font.pointSizeF() * 1.15);
    question->setFont(font);
    row->addWidget(picture, 0, Qt::AlignTop);
    row->addWidget(question, 1);
    return line;
}

/* What a plugin says of itself is text and nothing else: it may not look like the dialog's own words. */
void ConsentDialog::addFact(QFormLayout *facts, const QString &title, const QString &text, int longest)
{
    if (text.isEmpty())
        return;
    auto *label = new QLabel(this);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    /* A path is to be copied as it is. */
    const QString shown = plain::line(text, longest);
    label->setText(longest == longestPath ? shown : plain::breakable(shown));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    facts->addRow(title, label);
}

/* Both ends of a path tell most. All of a thousand long ones would keep the window from being painted for seconds. */
static QString inShort(const QString &path)
{
    constexpr qsizetype most = plain::lineLength - 1;

    return path.size() <= most ? path : path.left(most / 2) + QChar(0x2026) + path.right(most / 2);
}

QWidget *ConsentDialog::changedFiles(const qi_plugin_consent &consent)
{
    auto *list = new QListWidget(this);

    list->setObjectName(QStringLiteral("changed"));
    list->setAccessibleName(tr("Files that have changed"));
    for (size_t i = 0; i < consent.count; i++)
        list->addItem(plain::line(inShort(utf8(consent.files_changed[i]))));
    list->setUniformItemSizes(true);
    list->setMaximumHeight(list->sizeHintForRow(0) * qMin(6, list->count()) + 2 * list->frameWidth());
    return list;
}

QWidget *ConsentDialog::buttons()
{
    auto *box = new QDialogButtonBox(this);
    QPushButton *yes = box->addButton(tr("&Yes, allow it to run"), QDialogButtonBox::AcceptRole);
    QPushButton *no = box->addButton(tr("&No"), QDialogButtonBox::RejectRole);

    yes->setAutoDefault(false);
    no->setDefault(true);
    no->setFocus();
    connect(box, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return box;
}

bool PluginManager::askConsent(const qi_plugin_consent *consent, void *parentWidget)
{
    auto *parent = static_cast<QWidget *>(parentWidget);

    if (!consent)
        return false;
    /* On the heap and guarded: the event loop of the dialog may bring the end of its parent. */
    const QPointer<ConsentDialog> dialog = new ConsentDialog(
        *consent, parent ? parent : QApplication::activeWindow());
    const bool yes = dialog->exec() == QDialog::Accepted;
    delete dialog;
    return yes;
}

} // namespace qi
