// SPDX-License-Identifier: BSD-3-Clause
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Qi

ApplicationWindow {
    id: window

    property var task: null
    property var points: Python.call("survey:surveyed") // a model of Python's
    property double mean: 0
    property string trouble: ""
    readonly property bool busy: task !== null && task.running

    signal measured(int count)

    width: 560
    height: 380
    visible: true
    title: "Survey"

    function measure() {
        trouble = ""
        task = Python.run("survey:measure", [count.value])
        task.then(function (found) {
            mean = Python.call("survey:mean")
            measured(found)
        }).catch(error => trouble = error.message)
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 16
        spacing: 12

        RowLayout {
            spacing: 8

            Label { text: "Points" }
            SpinBox {
                id: count
                from: 1
                to: 30
                value: 12
                enabled: !window.busy
            }
            Item { Layout.fillWidth: true }
            Button {
                text: "Keep"
                PythonSlot {
                    signal: "clicked"
                    run: "survey:keep"
                    overlap: PythonSlot.Drop
                }
            }
            Button {
                text: "Cancel"
                enabled: window.busy
                onClicked: window.task.cancel()
            }
            Button {
                text: "Measure"
                highlighted: true
                enabled: !window.busy
                onClicked: window.measure()
            }
        }

        ProgressBar {
            Layout.fillWidth: true
            to: window.task ? Math.max(1, window.task.progressMaximum) : 1
            value: window.task ? window.task.progress : 0
        }

        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true

            Row {
                id: bars
                anchors.fill: parent
                spacing: 4

                Repeater {
                    id: shown
                    model: window.points

                    delegate: Item {
                        required property var model

                        width: (bars.width - bars.spacing * (count.value - 1)) / count.value
                        height: bars.height

                        Rectangle {
                            anchors.bottom: name.top
                            anchors.bottomMargin: 4
                            width: parent.width
                            height: (parent.height - name.height - 4) * model.height / 140
                            radius: 2
                            color: "#3b7dd8"
                        }
                        Label {
                            id: name
                            anchors.bottom: parent.bottom
                            width: parent.width
                            horizontalAlignment: Text.AlignHCenter
                            font.pixelSize: 11
                            text: model.name
                        }
                    }
                }
            }
            Label {
                anchors.centerIn: parent
                visible: shown.count === 0
                opacity: 0.6
                text: "Nothing was measured yet"
            }
        }

        Label {
            Layout.fillWidth: true
            elide: Text.ElideRight
            color: window.trouble ? "#c0392b" : palette.windowText
            text: {
                if (window.trouble)
                    return window.trouble
                if (window.busy)
                    return window.task.progressText || "measuring"
                if (shown.count === 0)
                    return "Ready"
                return "The mean height is " + window.mean.toFixed(1)
            }
        }
    }
}
