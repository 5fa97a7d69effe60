/* SPDX-License-Identifier: BSD-3-Clause */
#include "setting_editor.h"

#include <limits>

#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtGui/qevent.h>
#include <QtCore/qlocale.h>
#include <QtCore/qpointer.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qcolordialog.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qfiledialog.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qspinbox.h>
#include <QtWidgets/qtoolbutton.h>

#include "integer_box.h"
#include "plain_text.h"

namespace qi
{

namespace
{

/* Of what the library keeps: a field that cut it would give back less than it got. */
constexpr int longestText = 100'000;

/* Turning the wheel over a long form shall scroll it, and change only what has the focus. */
class WheelGuard : public QObject
{
  public:
    using QObject::QObject;
    bool eventFilter(QObject *object, QEvent *event) override
    {
        if (event->type() != QEvent::Wheel || static_cast<QWidget *>(object)->hasFocus())
            return false;
        event->ignore();
        return true;
    }
};

/* A number needs no whole line. */
void keepSmall(QWidget *box)
{
    box->setFixedWidth(box->fontMetrics().averageCharWidth() * 24);
    static_cast<QHBoxLayout *>(box->parentWidget()->layout())->addStretch();
}

class BoolEditor : public SettingEditor
{
  public:
    BoolEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_box(new QCheckBox(this))
    {
        adopt(m_box, setting);
        connect(m_box, &QCheckBox::toggled, this, [this] { Q_EMIT edited(true); });
    }
    QVariant value() const override { return m_box->isChecked(); }
    void setValue(const QVariant &value) override
    {
        const QSignalBlocker blocker(m_box);
        m_box->setChecked(value.toBool());
    }

  private:
    QCheckBox *m_box;
};

class IntEditor : public SettingEditor
{
  public:
    IntEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_box(new IntegerBox(this))
    {
        const auto limit = [](const QVariant &value, qint64 otherwise) {
            return value.isValid() ? value.toLongLong() : otherwise;
        };
        adopt(m_box, setting);
        keepSmall(m_box);
        m_box->setRange(limit(setting.minimum, std::numeric_limits<qint64>::min()),
                        limit(setting.maximum, std::numeric_limits<qint64>::max()));
        connect(m_box, &IntegerBox::valueChanged, this, [this] { Q_EMIT edited(false); });
        connect(m_box, &QAbstractSpinBox::editingFinished, this, [this] { Q_EMIT edited(true); });
    }
    QVariant value() const override { return m_box->value(); }
    void setValue(const QVariant &value) override
    {
        const QSignalBlocker blocker(m_box);
        m_box->setValue(value.toLongLong());
    }

  private:
    IntegerBox *m_box;
};

/* As many digits as the number has, and no zeros behind. */
class RealBox : public QDoubleSpinBox
{
  public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override
    {
        QLocale locale = this->locale();
        locale.setNumberOptions(QLocale::OmitGroupSeparator);
        return locale.toString(value, 'g', QLocale::FloatingPointShortest);
    }
};

class RealEditor : public SettingEditor
{
  public:
    RealEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_box(new RealBox(this))
    {
        const double most = std::numeric_limits<double>::max();
        adopt(m_box, setting);
        m_box->setDecimals(17);
        m_box->setRange(setting.minimum.isValid() ? setting.minimum.toDouble() : -most,
                        setting.maximum.isValid() ? setting.maximum.toDouble() : most);
        m_box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
        keepSmall(m_box);
        connect(m_box, &QDoubleSpinBox::valueChanged, this, [this] { Q_EMIT edited(false); });
        connect(m_box, &QAbstractSpinBox::editingFinished, this, [this] { Q_EMIT edited(true); });
    }
    QVariant value() const override { return m_box->value(); }
    void setValue(const QVariant &value) override
    {
        const QSignalBlocker blocker(m_box);
        m_box->setValue(value.toDouble());
    }

  private:
    RealBox *m_box;
};

class TextEditor : public SettingEditor
{
  public:
    TextEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_line(new QLineEdit(this))
    {
        adopt(m_line, setting);
        m_line->setMaxLength(longestText);
        connect(m_line, &QLineEdit::textEdited, this, [this] { Q_EMIT edited(false); });
        connect(m_line, &QLineEdit::editingFinished, this, [this] { Q_EMIT edited(true); });
    }
    QVariant value() const override { return m_line->text(); }
    void setValue(const QVariant &value) override { m_line->setText(value.toString()); }

  protected:
    QLineEdit *m_line;
};

class MultilineEditor : public SettingEditor
{
  public:
    MultilineEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_edit(new QPlainTextEdit(this))
    {
        adopt(m_edit, setting);
        m_edit->setTabChangesFocus(true);
        m_edit->setFixedHeight(m_edit->fontMetrics().lineSpacing() * 5 + 12);
        connect(m_edit, &QPlainTextEdit::textChanged, this, [this] { Q_EMIT edited(false); });
    }
    QVariant value() const override { return m_edit->toPlainText(); }
    void setValue(const QVariant &value) override
    {
        const QSignalBlocker blocker(m_edit);
        m_edit->setPlainText(value.toString());
    }

  private:
    QPlainTextEdit *m_edit;
};

class ChoiceEditor : public SettingEditor
{
  public:
    ChoiceEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_box(new QComboBox(this))
    {
        adopt(m_box, setting);
        for (const QVariant &choice : setting.choices)
            m_box->addItem(plain::line(choice.toString()), choice);
        m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_box->setMinimumContentsLength(12);
        connect(m_box, &QComboBox::activated, this, [this] { Q_EMIT edited(true); });
    }
    QVariant value() const override { return m_box->currentData(); }
    void setValue(const QVariant &value) override
    {
        m_box->setCurrentIndex(m_box->findData(value));
    }

  private:
    QComboBox *m_box;
};

class PathEditor : public TextEditor
{
  public:
    PathEditor(const SettingInfo &setting, QWidget *parent) : TextEditor(setting, parent)
    {
        auto *browse = new QToolButton(this);
        browse->setIcon(theme::icon(theme::Icon::Folder));
        browse->setToolTip(SettingEditor::tr("Choose a file or a folder"));
        browse->setAccessibleName(SettingEditor::tr("%1: choose").arg(setting.title));
        browse->setPopupMode(QToolButton::InstantPopup);
        auto *menu = new QMenu(browse);
        menu->addAction(SettingEditor::tr("Choose a &file…"), this, [this] { choose(false); });
        menu->addAction(SettingEditor::tr("Choose a fol&der…"), this, [this] { choose(true); });
        browse->setMenu(menu);
        layout()->addWidget(browse);
    }

  private:
    /* Without an event loop of its own, in which the plugin and this form could go. */
    void choose(bool folder)
    {
        auto *dialog = new QFileDialog(this, folder ? SettingEditor::tr("Choose a folder")
                                                    : SettingEditor::tr("Choose a file"));
        const QFileInfo now(m_line->text());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
        if (folder)
            dialog->setOption(QFileDialog::ShowDirsOnly);
        if (!m_line->text().isEmpty())
            dialog->setDirectory(now.isDir() ? now.filePath() : now.path());
        if (!folder && now.isFile())
            dialog->selectFile(now.fileName());
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
            m_line->setText(QDir::toNativeSeparators(path));
            Q_EMIT edited(true);
        });
        dialog->open();
    }
};

class ColorEditor : public TextEditor
{
  public:
    ColorEditor(const SettingInfo &setting, QWidget *parent)
        : TextEditor(setting, parent), m_button(new QToolButton(this))
    {
        m_button->setToolTip(SettingEditor::tr("Choose a colour"));
        m_button->setAccessibleName(SettingEditor::tr("%1: choose").arg(setting.title));
        connect(m_button, &QToolButton::clicked, this, [this] { choose(); });
        connect(m_line, &QLineEdit::textChanged, this, [this] { showColor(); });
        m_line->setMaximumWidth(m_line->fontMetrics().averageCharWidth() * 16);
        auto *row = static_cast<QHBoxLayout *>(layout());
        row->insertWidget(0, m_button);
        row->addStretch();
        showColor();
    }

  private:
    void showColor()
    {
        const qreal ratio = devicePixelRatioF();
        QPixmap picture(QSize(20, 16) * ratio);
        picture.setDevicePixelRatio(ratio);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        painter.setPen(palette().color(QPalette::Text));
        const QColor color(m_line->text());
        painter.setBrush(color.isValid() ? QBrush(color) : QBrush(Qt::NoBrush));
        painter.drawRect(0, 0, 19, 15);
        painter.end();
        m_button->setIconSize(QSize(20, 16));
        m_button->setIcon(picture);
    }

    void choose()
    {
        auto *dialog = new QColorDialog(QColor(m_line->text()), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setOption(QColorDialog::ShowAlphaChannel);
        connect(dialog, &QColorDialog::colorSelected, this, [this](const QColor &color) {
            m_line->setText(color.name(color.alpha() == 255 ? QColor::HexRgb : QColor::HexArgb));
            Q_EMIT edited(true);
        });
        dialog->open();
    }

    QToolButton *m_button;
};

class ListEditor : public SettingEditor
{
  public:
    ListEditor(const SettingInfo &setting, QWidget *parent)
        : SettingEditor(parent), m_list(new QListWidget(this))
    {
        adopt(m_list, setting);
        const QVariantList known = setting.otherwise.toList() + setting.value.toList();
        m_type = known.isEmpty() ? int(QMetaType::QString) : known.first().typeId();
        m_list->setDragDropMode(QAbstractItemView::InternalMove);
        m_list->setEditTriggers(QAbstractItemView::AllEditTriggers);
        m_list->setFixedHeight(m_list->fontMetrics().lineSpacing() * 5 + 12);
        auto *buttons = new QVBoxLayout;
        m_add = button(buttons, theme::Icon::Add, SettingEditor::tr("Add an entry"));
        m_remove = button(buttons, theme::Icon::Remove, SettingEditor::tr("Remove the entry"));
        buttons->addStretch();
        static_cast<QHBoxLayout *>(layout())->addLayout(buttons);
        connect(m_add, &QToolButton::clicked, this, [this] { add(); });
        connect(m_remove, &QToolButton::clicked, this, [this] { remove(); });
        connect(m_list, &QListWidget::itemChanged, this, [this] { Q_EMIT edited(true); });
        connect(m_list->model(), &QAbstractItemModel::rowsMoved, this,
                [this] { Q_EMIT edited(true); });
        connect(m_list, &QListWidget::currentRowChanged, this,
                [this](int row) { m_remove->setEnabled(row >= 0); });
        m_remove->setEnabled(false);
    }

    QVariant value() const override
    {
        QVariantList list;
        for (int row = 0; row < m_list->count(); row++)
            list.append(entry(m_list->item(row)->text()));
        return list;
    }

    void setValue(const QVariant &value) override
    {
        const QSignalBlocker blocker(m_list), blocked(m_list->model());
        const int row = m_list->currentRow();
        m_list->clear();
        for (const QVariant &entry : value.toList())
            append(entry.toString());
        m_list->setCurrentRow(qMin(row, m_list->count() - 1));
        m_remove->setEnabled(m_list->currentRow() >= 0);
        m_list->doItemsLayout();
    }

  private:
    QToolButton *button(QVBoxLayout *column, theme::Icon icon, const QString &text)
    {
        auto *button = new QToolButton(this);
        button->setIcon(theme::icon(icon));
        button->setToolTip(text);
        button->setAccessibleName(text);
        column->addWidget(button);
        return button;
    }

    QListWidgetItem *append(const QString &text)
    {
        auto *item = new QListWidgetItem(text, m_list);
        item->setFlags(item->flags() | Qt::ItemIsEditable);
        return item;
    }

    /* Where the entries are numbers, a text that is one becomes one; the library judges others. */
    QVariant entry(const QString &text) const
    {
        bool isNumber = false;
        QVariant number;
        if (m_type == QMetaType::LongLong)
            number = text.toLongLong(&isNumber);
        else if (m_type == QMetaType::Double)
            number = text.toDouble(&isNumber);
        return isNumber ? number : QVariant(text);
    }

    void add()
    {
        const QSignalBlocker blocker(m_list);
        QListWidgetItem *item = append({});
        m_list->setCurrentItem(item);
        m_remove->setEnabled(true);
        m_list->editItem(item);
    }

    void remove()
    {
        delete m_list->takeItem(m_list->currentRow());
        m_remove->setEnabled(m_list->currentRow() >= 0);
        Q_EMIT edited(true);
    }

    QListWidget *m_list;
    QToolButton *m_add, *m_remove;
    int m_type;
};

} // namespace

void SettingEditor::adopt(QWidget *widget, const SettingInfo &setting)
{
    auto *row = new QHBoxLayout(this);

    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(widget, 1);
    widget->setAccessibleName(setting.title);
    widget->setAccessibleDescription(plain::lines(setting.description));
    widget->setToolTip(plain::tip(setting.description));
    widget->setObjectName(setting.key);
    if (widget->focusPolicy() == Qt::WheelFocus)
        widget->setFocusPolicy(Qt::StrongFocus);
    if (qobject_cast<QAbstractSpinBox *>(widget) || qobject_cast<QComboBox *>(widget))
        widget->installEventFilter(new WheelGuard(widget));
    setFocusProxy(widget);
}

SettingEditor *SettingEditor::make(const SettingInfo &setting, QWidget *parent)
{
    const QString &type = setting.type;
    SettingEditor *editor = nullptr;

    if (type == QLatin1String("bool"))
        editor = new BoolEditor(setting, parent);
    else if (type == QLatin1String("int"))
        editor = new IntEditor(setting, parent);
    else if (type == QLatin1String("float"))
        editor = new RealEditor(setting, parent);
    else if (type == QLatin1String("choice"))
        editor = new ChoiceEditor(setting, parent);
    else if (type == QLatin1String("path"))
        editor = new PathEditor(setting, parent);
    else if (type == QLatin1String("color"))
        editor = new ColorEditor(setting, parent);
    else if (type == QLatin1String("list"))
        editor = new ListEditor(setting, parent);
    else if (setting.multiline)
        editor = new MultilineEditor(setting, parent);
    else
        editor = new TextEditor(setting, parent);
    editor->setValue(setting.value);
    return editor;
}

} // namespace qi
