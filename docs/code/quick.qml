// SPDX-License-Identifier: BSD-3-Clause
// What docs/guide/quick.md shows; quick.cpp loads it.
// [import]
import QtQuick
import Qi
// [/import]

Window {
    id: window

    property int sum: 0
    property int seen: 0
    property string late: ""

    signal clicked(int number)

    width: 200
    height: 200
    visible: true
    onClicked: number => seen = number

    // [task]
    property var task: null
    property string shown: task && task.running ? task.progress + " of " + task.progressMaximum : ""

    function load(name) {
        task = Python.run("quickdesk:load", [name, {lines: 3}])
        task.then(rows => console.log(rows.length, rows[0].name), error => late = error.message)
    }
    // [/task]

    // [call]
    function add(a, b) {
        try {
            return Python.call("quickdesk:add", [a, b])
        } catch (error) {
            console.warn(error.name, error.message, error.traceback)
        }
    }
    // [/call]

    // [slot]
    PythonSlot {
        sender: window
        signal: "clicked"
        run: "quickdesk:clicked"
        overlap: PythonSlot.Drop
    }
    // [/slot]

    // [model]
    property var orders: Python.call("quickdesk:book")

    ListView {
        id: list
        anchors.fill: parent
        model: window.orders
        delegate: Text {
            text: model.name + " " + model.price
            function raise() { model.price += 1 }
        }
    }
    // [/model]
    property string first: list.currentItem ? list.currentItem.text : ""

    function go() {
        list.currentItem.raise()
        sum = add(1, 2)
        clicked(1)
        load("orders")
        load("7")
    }
}
